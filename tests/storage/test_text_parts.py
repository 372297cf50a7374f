"""Receipts find their message by what a carrier calls its parts."""

from __future__ import annotations

import pytest

from ringfence.kernel import ids
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.limits import TEXT_SAME_MS
from ringfence.kernel.phone import Phone
from ringfence.messaging import message as life
from ringfence.messaging.carrier import Delivery
from ringfence.storage.texts import NewText

CARRIER = "one"


@pytest.fixture
def parts(rooms):
    return rooms.texts.parts


@pytest.fixture
def arrived(store, rooms, clock):
    """Keep a message; its first fact."""

    def keep():
        now = clock.now()
        begun = life.MessageArrived(
            at=now, message=ids.make("message", now, SystemEntropy()), account=rooms.account.id,
            party=rooms.parties.resolve(Phone("+12025550123"), now), direction="inbound",
            segments=1,
        )  # fmt: skip
        new = NewText(begun=begun, own="+12025550100", body="Hello")
        write(store, lambda tx: rooms.texts.add(tx, new))
        return begun

    return keep


def write(store, unit):
    return store.db.submit(unit).result(5)


def name(store, parts, of, *names):
    """A carrier tells by what it will name the parts of a message."""
    write(store, lambda tx: parts.sent_as(tx, of.message, of.party, CARRIER, names, of.at))


def told(store, parts, part, state):
    return write(store, lambda tx: parts.told(tx, CARRIER, part, state))


def test_what_is_told_of_a_part_stays_once_it_is_final(store, parts, arrived):
    one = arrived()
    name(store, parts, one, "a1", "", "a2")
    final = Delivery.DELIVERED
    assert told(store, parts, "a1", final) == (one.message, [final, Delivery.ENROUTE])
    assert told(store, parts, "a2", final) == (one.message, [final, final])
    assert told(store, parts, "a2", Delivery.EXPIRED) == (one.message, [final, final])
    assert told(store, parts, "", final) is told(store, parts, "a3", final) is None
    write(store, lambda tx: parts.forget(tx, one.message))
    assert told(store, parts, "a1", final) is None


def test_an_id_a_carrier_uses_again_means_the_newest(store, parts, arrived):
    one, other = arrived(), arrived()
    name(store, parts, one, "a1")
    name(store, parts, other, "a1")
    assert told(store, parts, "a1", Delivery.DELIVERED)[0] == other.message


def test_a_message_that_comes_twice_within_minutes_came_once(store, parts, arrived, clock):
    def before(fact):
        return write(store, lambda tx: parts.came_before(tx, fact, CARRIER, "ref"))

    assert not before(arrived())
    assert before(arrived())
    clock.advance(TEXT_SAME_MS)
    assert not before(arrived())
