"""Looking for a person finds their records, sorted by what the law says of each."""

import pytest

from ringfence.kernel.clock import DAY
from ringfence.storage.erasure_find import look, others_heard, recordings_of


@pytest.fixture
def three(store, story, clock, settle):
    """Calls of one caller: one old, one young, one on hold."""
    made = []
    for wait in (0, 170 * DAY, 5 * DAY):
        clock.advance(wait)
        one = story()
        store.calls.record(one.whole(), clock.now())
        made.append(one)
    settle()
    clock.advance(10 * DAY)
    return made


def survey(store, party, clock):
    return store.db.submit(lambda tx: look(tx, party, clock.now())).result(5)


def test_calls_are_sorted_by_date_and_hold(store, rooms, three, clock):
    old, young, held = three
    store.db.submit(
        lambda tx: rooms.holds.place(tx, held.call, reason="dispute", by="x", now=clock.now())
    ).result(5)
    found = survey(store, old.caller, clock)
    assert found.due == [old.call]
    assert [call for call, _ in found.later] == [young.call]
    assert found.held == [held.call]
    assert found.keep
    assert found.next_at == clock.now() + DAY, "a hold is looked at again tomorrow"
    by_table = {item.holding.table: item for item in found.found}
    assert (by_table["calls"].now, by_table["calls"].later, by_table["calls"].held) == (1, 1, 1)
    assert by_table["parties"].now == 0


def test_an_open_call_is_an_obstacle(store, story, clock, settle):
    one = story()
    store.calls.record([one.offered()], clock.now())
    settle()
    assert survey(store, one.caller, clock).open_calls == [one.call]


def test_nobody_has_the_same_rows_with_nothing_in_them(store, three, clock):
    nobody = survey(store, "PA" + "9" * 32, clock)
    assert nobody.person is None
    assert not nobody.keep
    assert nobody.next_at is None
    assert {row.store for row in nobody.rows()} == {
        row.store for row in survey(store, three[0].caller, clock).rows()
    }


def test_whoever_else_is_heard_is_known(store, three):
    recording = store.db.submit(lambda tx: recordings_of(tx, three[0].call)).result(5)
    assert recording == [three[0].recording]
    heard = store.db.submit(
        lambda tx: others_heard(tx, three[0].recording, three[0].caller)
    ).result(5)
    assert heard is False


def test_looking_costs_no_more_where_others_are_many(store, story, clock, settle):
    """Invariant: the same statements, whatever else the installation holds."""
    one = story()
    store.calls.record(one.whole(), clock.now())
    settle()
    reading = store.db.reading._cursor.connection

    def statements():
        seen = []
        reading.exec_trace = lambda _cursor, sql, _values: not seen.append(sql)
        look(store.db.reading, one.caller, clock.now())
        reading.exec_trace = None
        return seen

    alone = statements()
    for number in range(50):
        other = story(caller=f"+120255501{number + 30}")
        store.calls.record(other.whole(), clock.now())
    settle()
    assert statements() == alone
