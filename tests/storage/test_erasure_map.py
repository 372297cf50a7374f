"""Every column about a person is reached by an erasure; the day one is not, this says so."""

import pytest

from ringfence.privacy.erasure.holdings import APART, is_about_somebody
from ringfence.privacy.erasure.plan import WHAT
from ringfence.storage import erasure_map
from ringfence.storage.erasure_map import empty_values, reach, reaches, stored_tables
from ringfence.storage.schema import metadata


def test_every_table_with_something_about_a_person_is_reached_or_says_why_not():
    reached = {found.holding.table for found in reaches()}
    for table in stored_tables():
        if any(is_about_somebody(column.label) for column in table.columns):
            assert table.name in reached or table.name in APART, table.name
    assert set(APART) <= set(metadata.tables)


def test_a_plan_says_in_words_what_every_table_holds():
    reached = {found.holding.table for found in reaches()}
    assert {word for word in reached if word not in WHAT} == set()
    assert set(WHAT) <= reached


@pytest.mark.parametrize("found", reaches(), ids=lambda found: found.holding.table)
def test_every_row_of_a_person_is_found_by_an_index(found, blank_database):
    import apsw

    db = apsw.Connection(str(blank_database), flags=apsw.SQLITE_OPEN_READONLY)
    statements = [found.count, found.count_all, found.remove, found.first, found.empty]
    for statement in filter(None, statements):
        plan = db.execute("EXPLAIN QUERY PLAN " + statement.sql, (None,) * len(statement.names))
        scans = [row[3] for row in plan if row[3].startswith("SCAN")]
        scans = [scan for scan in scans if "json_each" not in scan]  # the list of what is held
        assert scans == [], statement.sql
    db.close()


def test_emptying_leaves_nothing_where_it_may_and_no_bytes_where_it_must():
    assert empty_values(reach("recording_channels")) == (b"",)
    assert empty_values(reach("jobs")) == (None,)


def test_a_column_without_a_label_stops_everything(monkeypatch):
    from ringfence.kernel.errors import LocalError

    monkeypatch.setattr(erasure_map, "label_of_column", lambda _: None)
    with pytest.raises(LocalError, match="no privacy label"):
        stored_tables()
