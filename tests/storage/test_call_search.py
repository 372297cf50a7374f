"""Invariant: a search finds what a filter over all calls finds, in the same order, page by page."""

import itertools

import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import HOUR, Ms
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.ids import LegId, leg_of, own_call
from ringfence.kernel.phone import Phone
from ringfence.storage import removal
from ringfence.storage.call_search import Ending, Wanted, _statement, search

NUMBERS = ("+12025550177", "+12025550178")

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


def test_of_a_number_of_ours_that_calls_showed(store, account, clock, story):
    """It is nobody, so no link of a person leads to its calls; of a verified one a link does."""
    shown = []
    for number in ("PN1", None, "PN1"):
        clock.advance(HOUR)
        one = story(caller="+12025550101", called="+12025550177")
        placed = events.CallPlaced(
            at=one.begun, call=one.call, account=account.id, leg=one.leg,
            caller=one.caller, called=one.called, number=number,
        )  # fmt: skip
        store.calls.record([placed], clock.now())
        shown.append(one)
    clock.advance(HOUR)
    came = story(caller="+12025550101")
    store.calls.record([came.offered()], clock.now())
    store.db.submit(lambda _: None).result(5)
    expected = [came.call, *(one.call for one in reversed(shown))]
    wanted = Wanted(caller=came.caller)
    assert find(store, account, wanted) == expected
    assert find(store, account, wanted, count=2) == expected[:2]
    assert find(store, account, wanted, before=expected[1], count=2) == expected[2:]


def test_calls_of_ours_are_read_off_an_index_of_their_own(store):
    for asked in itertools.chain.from_iterable(
        itertools.combinations(("ended_since", "ended_until"), count) for count in range(3)
    ):
        statement = _statement(False, frozenset({"caller", *asked}), (), placed=True)
        plan = store.db.reading._cursor.execute(
            "EXPLAIN QUERY PLAN " + statement.sql, (None,) * len(statement.names)
        ).fetchall()
        told = " ".join(row[3] for row in plan)
        assert "ix_calls_placed" in told, told
        assert "TEMP B-TREE" not in told, told


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


ASKED = ("caller", "called", "parent", "ended_since", "ended_until")


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("legs", [False, True])
@pytest.mark.parametrize("endings", [(), (DONE, BUSY)])
@pytest.mark.parametrize("count", range(4))
def test_pages_are_read_off_an_index(store, legs, endings, count, alone):
    for asked in itertools.combinations(ASKED, count):
        statement = _statement(legs, frozenset(asked), endings, alone)
        plan = store.db.reading._cursor.execute(
            "EXPLAIN QUERY PLAN " + statement.sql, (None,) * len(statement.names)
        ).fetchall()
        told = " ".join(row[3] for row in plan)
        assert "SCAN" not in told, (asked, told)
        if "parent" not in asked:  # a call has a handful of children
            assert "TEMP B-TREE" not in told, (asked, told)
        if {"caller", "called", "parent"} & set(asked):
            assert "account_id" not in told, (asked, told)
        else:
            assert ("PRIMARY KEY" in told) is alone, (asked, told)


def test_an_account_that_is_alone_finds_the_same(store, account, many):
    for endings in ((), (DONE,), (BUSY,)):
        wanted = Wanted(endings=endings, children=True, alone=True)
        others = Wanted(endings=endings, children=True)
        assert find(store, account, wanted) == find(store, account, others) != []
    found = search(store.db.reading, "AC-other", Wanted(alone=True), before=None, count=5)
    assert found == []


# --- children -------------------------------------------------------------------------------------


@pytest.fixture
def family(store, rooms, clock, story):
    """A call that rang two legs; the second one was handed over and is a call of its own."""
    parent = story()
    desk, other = (rooms.parties.resolve(Phone(n), clock.now()) for n in NUMBERS)
    legs = []
    store.calls.record([parent.offered(), parent.answered()], clock.now())
    for party in (desk, other):
        clock.advance(1_000)
        now = clock.now()
        leg = LegId(ids.make("leg", now, SystemEntropy()))
        store.calls.record(
            [
                events.LegPlaced(
                    at=now, call=parent.call, leg=leg, role="callee", party=party,
                    caller=parent.caller,
                ),
                events.LegAlerted(at=Ms(now + 10), call=parent.call, leg=leg),
                events.LegConnected(at=Ms(now + 20), call=parent.call, leg=leg, codec="PCMU"),
            ],
            now,
        )  # fmt: skip
        legs.append(leg)
    first, second = legs
    now = clock.now()
    given = own_call(second)
    store.calls.record(
        [
            events.LegEnded(
                at=now, call=parent.call, leg=first, role="callee", cause=Cause.NORMAL,
                by_far_end=True, up_ms=900, codec="PCMU", mos_x100=440,
            ),
            events.LegGiven(at=now, call=parent.call, leg=second, to=given),
            events.CallPlaced(
                at=now, call=given, account=parent.account.id, leg=second, caller=parent.caller,
                called=other, parent=parent.call,
            ),
            events.LegEnded(
                at=now, call=given, leg=second, role="callee", cause=Cause.NORMAL,
                by_far_end=True, up_ms=900,
            ),
        ],
        now,
    )  # fmt: skip
    store.db.submit(lambda _: None).result(5)
    return parent, own_call(first), given, desk, other


def test_legs_are_calls_of_their_own_where_they_are_asked_for(store, account, family):
    parent, first, given, desk, other = family
    assert find(store, account) == [given, parent.call]
    everything = Wanted(children=True)
    assert find(store, account, everything) == [given, first, parent.call]
    assert find(store, account, everything, before=given, count=1) == [first]
    assert find(store, account, everything, before=first) == [parent.call]
    assert find(store, account, Wanted(children=True, parent=parent.call)) == [given, first]
    assert find(store, account, Wanted(children=True, parent=first)) == []
    assert find(store, account, Wanted(children=True, called=desk)) == [first]
    assert find(store, account, Wanted(children=True, called=other)) == [given]
    assert find(store, account, Wanted(children=True, caller=parent.caller)) == [
        given, first, parent.call,
    ]  # fmt: skip
    done = Wanted(children=True, endings=(DONE,))
    assert find(store, account, done) == [first]


def test_what_was_removed_is_found_no_more(store, account, family):
    parent, first, given, *_ = family
    store.db.submit(lambda tx: removal.remove_call(tx, parent.call, at=Ms(1))).result(5)
    store.db.submit(lambda tx: removal.remove_leg(tx, leg_of(first), at=Ms(1))).result(5)
    assert find(store, account, Wanted(children=True)) == [given]
