"""An archive forgets no store: every table about people has a path, every sealed column a seal."""

import pytest

from ringfence.kernel.phone import Phone
from ringfence.privacy.labels import CALL_FACT, CASE_PARTY, PARTY_ID
from ringfence.storage import cases_subject
from ringfence.storage.cases_subject import EXEMPT, PATHS, PEOPLE, SEALS, about_people, rows
from ringfence.storage.schema import label_of_column, metadata
from ringfence.storage.schema.base import ID, column

TABLES = pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)


@TABLES
@pytest.mark.promise("DSR-01")
def test_every_table_about_people_is_in_an_archive_or_says_why_not(table):
    if about_people(table):
        assert (table.name in PATHS) != (table.name in EXEMPT), table.name


@TABLES
def test_every_sealed_column_about_people_can_be_opened(table):
    for col in cases_subject.sealed_columns(table):
        if table.name not in EXEMPT:
            seal = SEALS.get(f"{table.name}.{col.name}")
            assert seal is not None, f"{table.name}.{col.name}"
            assert seal.serial in table.columns


def test_what_is_left_out_has_a_reason_and_exists():
    for name, reason in EXEMPT.items():
        assert reason
        assert name in metadata.tables
    for name in SEALS:
        table, _, col = name.partition(".")
        assert col in metadata.tables[table].columns


@pytest.mark.parametrize("name", ["calls", "events", "consents", "jobs", "messages"])
def test_paths_of_each_kind(name):
    kinds = {"calls": "party", "events": "call", "consents": "party", "jobs": "call",
             "messages": "lookup"}  # fmt: skip
    assert PATHS[name].kind == kinds[name]


def test_ids_of_people_are_recognised_by_their_labels():
    table = metadata.tables["calls"]
    found = {col.name for col in table.columns if cases_subject.holds_person(col)}
    assert found == {"caller_id", "called_id", "answered_by", "forwarded_id"}
    assert label_of_column(column("x", ID, CASE_PARTY)).subject in PEOPLE
    assert PARTY_ID.category != CALL_FACT.category


def test_rows_are_the_persons_and_nobody_elses(store, rooms, story, clock):
    first, second = story(caller="+12025550123"), story(caller="+12025550144")
    for told in (first, second):
        store.calls.record(told.whole(), clock.now())
    store.db.submit(lambda tx: None).result(5)
    reading = store.db.reading
    for name in ("calls", "events", "call_parties", "parties"):
        mine = rows(reading, PATHS[name], first.caller)
        theirs = rows(reading, PATHS[name], second.caller)
        assert mine
        assert not set(mine) & set(theirs)


def test_the_log_tells_who_opened_the_records_of_a_person(store, rooms, clock):
    party = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    other = rooms.parties.resolve(Phone("+12025550144"), clock.now())

    def note(tx):
        trail = store.trail
        trail.note(tx, "opened", at=1, party=party, body={"what": f"party:{party}"})
        trail.note(tx, "opened", at=2, party=other, body={"what": f"party:{other}"})
        trail.note(tx, "opened", at=3, account=rooms.account.id,
                   body={"what": "recording:RE" + "1" * 32 + ":0"})  # fmt: skip

    store.db.submit(note).result(5)
    found = list(cases_subject.looked_at(store.db.reading, party, {"RE" + "1" * 32}))
    assert [at for _, at, _, _ in found] == [1, 3]
    assert [at for _, at, _, _ in cases_subject.looked_at(store.db.reading, party, ())] == [1]
