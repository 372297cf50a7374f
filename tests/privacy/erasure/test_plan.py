"""The plan names each store with an action, a date and a rule, whatever is found there."""

from ringfence.kernel.clock import Ms
from ringfence.privacy import labels
from ringfence.privacy.erasure.holdings import StoredColumn, StoredTable, compile_holdings
from ringfence.privacy.erasure.plan import Found, rows_of
from ringfence.privacy.retention import RULES

[HOLDING] = compile_holdings(
    [
        StoredTable(
            "notes",
            (
                StoredColumn("call_id", labels.CALL_ID, leads=True),
                StoredColumn("body", labels.CONTENT_SEALED),
            ),
        )
    ]
)


def rows(*found, files=0, held_files=0, kept_until=None):
    return rows_of(found, files=files, held_files=held_files, keys=1, kept_until=kept_until)


def of(table, found):
    return [(row.count, row.action, row.at) for row in found if row.store == table]


def test_nothing_found_has_the_same_stores_as_something():
    nothing, something = rows(Found(HOLDING, 0)), rows(Found(HOLDING, 3), files=2)
    assert [row.store for row in nothing] == [row.store for row in something]
    assert of("notes", nothing) == [(0, "remove", None)]
    assert of("notes", something) == [(3, "remove", None)]


def test_what_the_law_keeps_is_restricted_until_a_date_and_its_content_emptied():
    found = rows(Found(HOLDING, 1, later=2, at=Ms(9)), kept_until=Ms(9))
    assert of("notes", found) == [(1, "remove", None), (2, "empty", None), (2, "restrict", Ms(9))]
    assert of("keys", found) == [(1, "destroy", None), (1, "destroy", Ms(9))]


def test_what_is_on_hold_is_suspended():
    found = rows(Found(HOLDING, 0, held=1), held_files=1)
    assert of("notes", found) == [(1, "suspend", None)]
    assert of("objects/recordings", found) == [(0, "remove", None), (1, "suspend", None)]


def test_every_row_names_a_rule():
    found = rows(Found(HOLDING, 1, later=1, at=Ms(1), held=1), held_files=1, kept_until=Ms(1))
    assert {row.rule for row in found} <= {*RULES, "hold"}


def test_a_statute_that_keeps_rows_is_named():
    found = rows(Found(HOLDING, 0, later=1, at=Ms(1), by="IN-18"), kept_until=Ms(1))
    assert [row.rule for row in found if row.action == "restrict"] == ["IN-18"]
