"""Callbacks at rest: sealed, in order within their lane, gone with the person they are about."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose
from ringfence.storage.deliveries import Message, Told

ORIGIN = "https://example.com:443"
CANARY = "canary-2718"


@pytest.fixture
def call(store, story, clock):
    one = story()
    store.calls.record(one.whole(), clock.now())
    return one


@pytest.fixture
def box(store, rooms, clock):
    """The room, each step in a transaction of its own."""

    class Box:
        def __getattr__(self, name):
            work = getattr(rooms.deliveries, name)
            return lambda *args, **how: store.db.submit(
                lambda tx: work(tx, *args, **({"now": clock.now()} | how))
            ).result(5)

    return Box()


def told(call, number=0, **more):
    message = Message("https://example.com/cb", "POST", [("From", "+12025550123"), ("N", CANARY)])
    asked = {"message": message, "origin": ORIGIN, "subject": call, "kind": "status", "call": call}
    return Told(**(asked | {"event": f"e{number}"} | more))


def due(store, rooms, clock):
    room = rooms.deliveries
    return [
        row.event
        for destination, _ in room.destinations(store.db.reading)
        for row in room.ready(store.db.reading, destination, count=10, now=clock.now())[0]
    ]


def test_in_a_lane_one_is_ready_and_the_next_when_it_is_over(store, rooms, call, clock, box):
    first, second, third = (box.add(told(call.call, number)) for number in range(3))
    assert [one.state for one in (first, second, third)] == ["ready", "behind", "behind"]
    assert due(store, rooms, clock) == ["e0"]
    store.db.submit(
        lambda tx: rooms.deliveries.again(tx, first, at=clock.now() + 10_000, error="x")
    ).result(5)
    assert due(store, rooms, clock) == [], "what comes later waits as long"
    clock.advance(10_000)
    assert due(store, rooms, clock) == ["e0"]
    assert box.done(first).id == second.id
    assert box.bury(second, error="answered_404", tried=True).id == third.id
    assert due(store, rooms, clock) == ["e2"]
    assert box.done(third) is None
    assert rooms.deliveries.counts(store.db.reading) == {"ready": 0, "behind": 0, "dead": 1}


def test_lanes_do_not_know_each_other(store, rooms, call, story, clock, box):
    other = story()
    store.calls.record(other.whole(), clock.now())
    states = [
        box.add(told(call.call)).state,
        box.add(told(call.call, 1, origin="https://example.org:443")).state,
        box.add(told(other.call, 2)).state,
        box.add(told(call.call, 3, subject="CF" + "1" * 32)).state,
        box.add(told(None, 4, subject="")).state,
        box.add(told(None, 5, subject="")).state,
    ]
    assert states == ["ready"] * 6


def test_when_the_next_is_due_is_said(store, rooms, call, clock, box):
    one = box.add(told(call.call))
    later = clock.now() + 5_000
    store.db.submit(lambda tx: rooms.deliveries.again(tx, one, at=later, error="x")).result(5)
    found = list(rooms.deliveries.destinations(store.db.reading))
    assert found == [(one.destination, later)]
    reading = store.db.reading
    room = rooms.deliveries
    assert room.ready(reading, one.destination, count=5, now=clock.now()) == ([], later)


def test_nothing_of_it_is_readable_at_rest_and_it_opens_for_its_purpose(
    store, rooms, call, box, tmp_path
):
    one = box.add(told(call.call))
    with pytest.raises(Refused, match="purpose_missing"):
        rooms.deliveries.message(one)
    with purpose("deliver_content"):
        said = rooms.deliveries.message(one)
    assert said.params == [("From", "+12025550123"), ("N", CANARY)]
    assert CANARY not in repr(one) + repr(said) + repr(told(call.call))
    store.close()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for secret in (CANARY.encode(), b"2025550123", b"example.com"):
                assert secret not in content, file


def test_what_was_given_up_can_be_tried_again(store, rooms, call, clock, box):
    one, second = box.add(told(call.call)), box.add(told(call.call, 1))
    box.bury(one, error="answered_404", tried=True)
    (dead,) = rooms.deliveries.page(store.db.reading, "dead", count=5)
    assert (dead.id, dead.attempts, dead.error) == (one.id, 1, "answered_404")
    assert box.revive(one.id).state == "behind", "another of its lane is under way"
    with pytest.raises(Refused, match="not_dead"):
        box.revive(one.id)
    assert box.done(second).id == one.id
    with pytest.raises(Refused, match="not_found"):
        box.revive("DL" + "0" * 32)


def test_an_erasure_takes_it_away_and_nothing_is_stuck_behind(
    store, rooms, account, call, story, clock, box
):
    other = story(caller="+12025550199")
    store.calls.record(other.whole(), clock.now())
    room = "CF" + "1" * 32
    box.add(told(call.call, 1, subject=room))
    box.add(told(other.call, 2, subject=room))
    party = store.eraser.find(store.db.reading, account, "+12025550123")
    plan = store.eraser.plan(account, party, reason="requested", actor="owner")
    assert ("deliveries", 1) in {(row.store, row.count) for row in plan.rows}
    store.eraser.carry_out(plan.id)
    assert due(store, rooms, clock) == []
    assert box.unblock() == 1
    assert due(store, rooms, clock) == ["e2"]


RECORDING = "RE" + "7" * 32


def pledged(box, call, **more):
    return box.add(told(call.call, outcome=RECORDING, pledged=True, event="", **more))


def test_what_is_pledged_waits_for_nobody_and_nobody_waits_for_it(store, rooms, call, clock, box):
    pledge = pledged(box, call)
    assert (pledge.state, pledge.subject, pledge.event) == ("pledged", RECORDING, None)
    assert due(store, rooms, clock) == []
    assert box.add(told(call.call, 1)).state == "ready"
    assert rooms.deliveries.counts(store.db.reading) == {"ready": 1, "behind": 0, "dead": 0}
    assert [one.id for one in rooms.deliveries.pledged(store.db.reading)] == [pledge.id]
    with purpose("deliver_content"):
        assert rooms.deliveries.message(pledge).params[1] == ("N", CANARY)
    assert CANARY.encode() not in store.folder.database.read_bytes()


def test_telling_the_outcome_settles_it_and_no_other(store, rooms, call, box):
    pledged(box, call)
    other = box.add(told(call.call, outcome="RE" + "8" * 32, pledged=True))
    box.add(told(call.call, outcome=RECORDING))
    assert [one.id for one in rooms.deliveries.pledged(store.db.reading)] == [other.id]
    store.db.submit(lambda tx: rooms.deliveries.settle(tx, "RE" + "8" * 32)).result(5)
    assert rooms.deliveries.pledged(store.db.reading) == []
