"""Where people are found is compiled from labels; a table that leads to nobody is noticed."""

from dataclasses import replace

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.privacy import labels
from ringfence.privacy.erasure.holdings import (
    APART,
    StoredColumn,
    StoredTable,
    compile_holdings,
    is_about_somebody,
)

PARTY = StoredColumn("party_id", labels.PARTY_ID, leads=True)
CALL = StoredColumn("call_id", labels.CALL_ID, leads=True)
AT = StoredColumn("at", labels.CALL_TIME)
BODY = StoredColumn("body", labels.CONTENT_SEALED)


def one(name, *columns):
    [holding] = compile_holdings([StoredTable(name, columns)])
    return holding


def test_the_straightest_way_is_taken():
    assert one("notes", PARTY, CALL, AT).link == "party"
    assert one("notes", CALL, AT).link == "call"
    recording = StoredColumn("recording_id", labels.CALL_ID, leads=True)
    assert one("notes", recording, AT).column == "recording_id"
    assert (one("calls", StoredColumn("id", labels.CALL_ID)).column) == "id"


def test_the_strictest_rule_of_a_row_counts_and_its_content_is_emptied_at_once():
    mixed = one("notes", PARTY, AT, BODY)
    assert mixed.rule.key == "call_log"
    assert mixed.emptied == ("body",)
    assert mixed.since == "at"
    content = one("clips", replace(PARTY, label=labels.CONTENT_SEALED), BODY)
    assert content.rule.floor_days == 0
    assert content.emptied == ()


def test_a_row_stays_as_long_as_what_it_says_of_the_work_on_it():
    """That somebody asked, and when, is proved for two years; what they wrote goes at once."""
    case = StoredColumn("case_id", labels.CASE_FACT, leads=True)
    words = StoredColumn("words", labels.CASE_WORDS)
    steps = one("notes", case, replace(AT, label=labels.CASE_FACT), words)
    assert (steps.rule.key, steps.emptied) == ("case", ("words",))


def test_rows_of_a_call_count_from_its_end():
    assert one("notes", CALL, AT).since is None
    assert one("call_parties", PARTY).since is None


@pytest.mark.parametrize(
    "columns",
    [
        (BODY,),
        (replace(PARTY, leads=False), AT),
        (PARTY, StoredColumn("when_it_was", labels.CALL_TIME)),
    ],
    ids=["leads to nobody", "no index", "no instant"],
)
def test_a_table_no_erasure_reaches_is_an_error(columns):
    with pytest.raises(LocalError, match="secrets"):
        compile_holdings([StoredTable("secrets", columns)])


def test_every_table_that_is_missed_is_named():
    tables = [StoredTable(name, (BODY,)) for name in ("one", "two")]
    with pytest.raises(LocalError, match="one, two"):
        compile_holdings(tables)


def test_what_is_about_nobody_or_stands_apart_is_left_out():
    plain = StoredTable("settings", (StoredColumn("x", labels.CONFIG),))
    apart = StoredTable(next(iter(APART)), (BODY,))
    assert compile_holdings([plain, apart]) == ()
    assert all(reason.strip() for reason in APART.values())


def test_staff_and_accounts_are_not_the_person():
    assert is_about_somebody(labels.PHONE_SEALED)
    assert is_about_somebody(labels.KEY_WRAPPED)
    assert not is_about_somebody(labels.CREDENTIAL)
    assert not is_about_somebody(labels.SYSTEM)
    assert not is_about_somebody(labels.ERASED_ID)
