"""Consents lapse with the version that changes what they were for, and only those."""

import pytest

from ringfence.kernel.phone import Phone
from ringfence.storage.consents_lapse import lapse


def do(store, work):
    return store.db.submit(work).result(5)


@pytest.fixture
def choose(store, rooms, clock):
    def chosen(party, state, purpose="market", channel="email"):
        do(
            store,
            lambda tx: rooms.consents.record(
                tx, party, state, purpose=purpose, channel=channel, how="cli", actor="owner",
                text=None, now=clock.advance(1),
            ),
        )  # fmt: skip

    return chosen


@pytest.fixture
def parties(rooms, clock, store, settle):
    found = [rooms.parties.resolve(Phone(f"+1202555010{n}"), clock.now()) for n in range(3)]
    settle()
    return found


def test_what_holds_lapses_and_is_asked_for_again(store, rooms, account, choose, parties):
    one, two, three = parties
    choose(one, "given")
    choose(two, "given")
    choose(two, "withdrawn")
    choose(three, "given", purpose="record_call", channel="any")
    assert do(store, lambda tx: lapse(tx, account.id, ("market",), 3, 99)) == 1
    reading = store.db.reading
    assert rooms.consents.holds(reading, one, "market", "email") == "unknown"
    assert rooms.consents.holds(reading, two, "market", "email") == "refused"
    assert rooms.consents.holds(reading, three, "record_call", "any") == "given"
    last = rooms.consents.of(reading, one)[-1]
    assert (last.state, last.actor, last.at) == ("lapsed", "notice:3", 99)
    assert do(store, lambda tx: lapse(tx, account.id, ("market",), 4, 100)) == 0
    choose(one, "given")
    assert rooms.consents.holds(reading, one, "market", "email") == "given"
