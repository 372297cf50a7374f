"""What is done to rows, seen row by row; whole erasures are in test_erasure."""

import pytest

from ringfence.kernel.clock import DAY
from ringfence.storage import erasure_rows as rows
from ringfence.storage.erasure_find import look


@pytest.fixture
def call(store, story, clock, settle):
    one = story()
    store.calls.record(one.whole(), clock.now())
    settle()
    return one


def values(store, sql, *given):
    return store.db.reading._cursor.execute(sql, given).fetchall()


def write(store, work):
    return store.db.submit(work).result(5)


def test_cutting_takes_the_number_away_and_keeps_what_is_asked_for(store, call, clock):
    write(store, lambda tx: rows.cut(tx, call.caller, kept=b"hash", at=clock.now()))
    [(lookup, kept, at)] = values(
        store, "SELECT lookup, kept_lookup, erased_at FROM parties WHERE id = ?", call.caller
    )
    assert (lookup, kept, at) == (None, b"hash", clock.now())


def test_a_call_is_anonymised_for_one_person_only(store, call):
    write(store, lambda tx: rows.anonymise(tx, call.caller, call.call))
    assert values(store, "SELECT caller_id, called_id FROM calls") == [(rows.NOBODY, call.called)]
    assert values(store, "SELECT party_id FROM call_parties") == [(call.called,)]
    assert values(store, "SELECT count(*) FROM events WHERE leaf IS NOT NULL") == [(0,)]
    bodies = "".join(body for (body,) in values(store, "SELECT body FROM events"))
    assert call.caller not in bodies
    assert call.called in bodies


def test_letting_go_leaves_no_row_that_names_the_id(store, call):
    write(store, lambda tx: store.trail.note(tx, "opened", at=1, party=call.caller, body={}))
    write(store, lambda tx: rows.let_go(tx, call.caller, proved=[]))
    assert values(store, "SELECT count(*) FROM parties WHERE id = ?", call.caller) == [(0,)]
    assert values(store, "SELECT party_id FROM audit_records WHERE kind = 'opened'") == [
        (rows.NOBODY,)
    ]


def test_what_must_stay_stays(store, call, clock):
    def work(tx):
        survey = look(tx, call.caller, clock.now())
        rows.remove(tx, survey, serial=10**6, proved=list)

    write(store, work)
    assert values(store, "SELECT caller_id FROM calls") == [(call.caller,)]
    clock.advance(181 * DAY)
    write(store, work)
    assert values(store, "SELECT caller_id FROM calls") == [(rows.NOBODY,)]
