"""Invariant: a search finds what a filter over all calls finds, in the same order, page by page."""

import itertools

import pytest

from ringfence.calls.causes import Cause
from ringfence.kernel.clock import HOUR, Ms
from ringfence.storage.call_search import Ending, Wanted, search

DONE = Ending(("ended",), answered=True)
BUSY = Ending(("ended",), answered=False, causes=("busy",))


@pytest.fixture
def many(store, account, rooms, clock, story):
    """Twelve calls, an hour apart, of three callers; every third one was busy."""
    told = []
    for number in range(12):
        clock.advance(HOUR)
        one = story(caller=f"+1202555010{number % 3}")
        busy = number % 3 == 2
        changes = {"cause": Cause.BUSY, "answered_at": None} if busy else {}
        facts = [one.offered(), *([] if busy else [one.answered()]), one.ended(**changes)]
        store.calls.record(facts, clock.now())
        told.append(one)
    store.db.submit(lambda _: None).result(5)
    return told


def find(store, account, wanted=None, *, before=None, count=50):
    found = search(store.db.reading, account.id, wanted or Wanted(), before=before, count=count)
    return [record.id for record in found]


def test_everything_is_found_newest_first(store, account, many):
    assert find(store, account) == [one.call for one in reversed(many)]


@pytest.mark.parametrize(("field", "value"), [("caller", "caller"), ("called", "called")])
def test_of_one_person(store, account, many, field, value):
    person = getattr(many[4], value)
    expected = [one.call for one in reversed(many) if getattr(one, value) == person]
    assert find(store, account, Wanted(**{field: person})) == expected
    assert expected


def test_between_two_people(store, account, many):
    wanted = Wanted(caller=many[0].caller, called=many[0].called)
    assert len(find(store, account, wanted)) == 4
    assert find(store, account, Wanted(caller=many[0].called, called=many[0].caller)) == []


def test_of_a_time(store, account, many):
    since, until = many[3].begun, many[7].begun
    expected = [one.call for one in reversed(many[3:7])]
    assert find(store, account, Wanted(since=since, until=until)) == expected
    ended = store.call_records.get(many[3].call).ended_at
    assert many[3].call in find(store, account, Wanted(ended_since=ended))
    assert many[3].call not in find(store, account, Wanted(ended_until=ended))
    assert many[3].call in find(store, account, Wanted(ended_until=Ms(ended + 1)))


@pytest.mark.parametrize(("endings", "count"), [((DONE,), 8), ((BUSY,), 4), ((DONE, BUSY), 12)])
def test_by_how_they_ended(store, account, many, endings, count):
    assert len(find(store, account, Wanted(endings=endings))) == count


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(endings=(DONE,))])
def test_pages_join_without_a_gap(store, account, many, wanted):
    whole = find(store, account, wanted)
    joined, before = [], None
    for _ in itertools.count():
        page = find(store, account, wanted, before=before, count=5)
        joined += page
        if len(page) < 5:
            break
        before = page[-1]
    assert joined == whole


def test_pages_are_read_off_an_index(store, account, many):
    for wanted in (Wanted(), Wanted(caller=many[0].caller), Wanted(endings=(DONE,))):
        search(store.db.reading, account.id, wanted, before=None, count=5)
    from ringfence.storage.call_search import _statement

    for shape in ((False,) * 4 + ((),), (True, False, False, False, ())):
        plan = store.db.reading._cursor.execute(
            "EXPLAIN QUERY PLAN " + _statement(*shape).sql, (None,) * len(_statement(*shape).names)
        ).fetchall()
        told = " ".join(row[3] for row in plan)
        assert "SCAN" not in told
        assert "TEMP B-TREE" not in told, told
