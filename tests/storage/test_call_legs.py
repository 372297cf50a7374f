"""Legs that calls rang: a row each, read as a call's record."""

import pytest
from sqlalchemy import select

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.ids import LegId, NumberId, leg_of, own_call
from ringfence.kernel.phone import Phone
from ringfence.storage.schema import call_parties
from ringfence.storage.statement import Statement

LINKED = Statement(select(call_parties.c.party_id))


@pytest.fixture
def placed(store, clock, story):
    parent = story()
    leg = LegId(ids.make("leg", clock.now(), SystemEntropy()))
    store.calls.record(
        [
            parent.offered(),
            events.LegPlaced(
                at=clock.now(), call=parent.call, leg=leg, role="callee", party=parent.called,
                caller=parent.caller,
            ),
        ],
        clock.now(),
    )  # fmt: skip
    return parent, leg


def read(store, leg):
    store.db.submit(lambda _: None).result(5)
    return store.call_legs.get(own_call(leg))


def test_a_leg_is_followed_from_ringing_to_its_end(store, clock, placed):
    parent, leg = placed
    begun = read(store, leg)
    assert (begun.state, begun.parent, begun.direction) == ("placed", parent.call, "outbound")
    assert (begun.caller, begun.called) == (parent.caller, parent.called)
    at = clock.now()
    store.calls.record([events.LegAlerted(at=Ms(at + 1), call=parent.call, leg=leg)], at)
    assert read(store, leg).rang_at == at + 1
    connected = events.LegConnected(at=Ms(at + 2), call=parent.call, leg=leg, codec="PCMA")
    store.calls.record([connected], at)
    assert (read(store, leg).state, read(store, leg).codec) == ("answered", "PCMA")
    ended = events.LegEnded(
        at=Ms(at + 9), call=parent.call, leg=leg, role="callee", cause=Cause.NORMAL,
        by_far_end=True, up_ms=7, codec="PCMA", mos_x100=430,
    )  # fmt: skip
    store.calls.record([ended], at)
    over = read(store, leg)
    assert (over.state, over.ended_at, over.duration_ms) == ("ended", at + 9, 7)
    assert (over.cause, over.mos_x100, over.answered_at) == ("normal", 430, at + 2)


def test_who_answered_is_in_the_legs_row_and_not_in_the_calls(store, clock, placed):
    parent, leg = placed
    heard = events.AnswererDetected(
        at=clock.now(), call=parent.call, answered_by="machine_start", leg=leg
    )
    store.calls.record([heard], clock.now())
    assert read(store, leg).detected == "machine_start"
    assert store.call_records.get(parent.call).detected is None


def test_a_leg_that_was_given_away_stays_so(store, clock, placed):
    parent, leg = placed
    at = clock.now()
    given = events.LegGiven(at=at, call=parent.call, leg=leg, to=own_call(leg))
    ended = events.LegEnded(
        at=at, call=parent.call, leg=leg, role="callee", cause=Cause.NORMAL, by_far_end=True
    )
    store.calls.record([given, ended], at)
    assert read(store, leg).state == "given"


def test_a_leg_is_from_the_number_that_it_shows(store, rooms, clock, story):
    """A number of ours is nobody: no call of anybody's is found by it."""
    parent = story()
    now = clock.now()
    ours, theirs = (rooms.parties.resolve(Phone(n), now) for n in ("+12025550100", "+12025550142"))
    store.calls.record([parent.offered()], now)
    for shown, number in ((ours, NumberId("PN1")), (theirs, None)):
        leg = LegId(ids.make("leg", now, SystemEntropy()))
        placed = events.LegPlaced(
            at=now, call=parent.call, leg=leg, role="callee", party=parent.called,
            caller=parent.caller, shown=shown, number=number,
        )  # fmt: skip
        store.calls.record([placed], now)
        assert read(store, leg).caller == shown
    linked = {one for (one,) in store.db.reading.rows(LINKED)}
    assert (ours in linked, theirs in linked) == (False, True)


def test_the_first_leg_of_a_call_of_ours_has_no_row(store, clock, story):
    told = story()
    leg = LegId(ids.make("leg", clock.now(), SystemEntropy()))
    placed = events.LegPlaced(
        at=clock.now(), call=told.call, leg=leg, role="callee", party=told.called
    )
    store.calls.record([told.offered(), placed], clock.now())
    assert read(store, leg) is None
    assert leg_of(own_call(leg)) == leg
