"""Questions that wait for an answer: one each, for a time, sealed."""

from __future__ import annotations

import pytest

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose

PLACE = "flow:survey#second/asked"


def write(store, unit):
    return store.db.submit(unit).result(5)


@pytest.fixture
def whom(rooms, clock):
    party = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    return party, ids.make("number", clock.now(), SystemEntropy())


def ask(store, rooms, whom, place, now, until):
    write(store, lambda tx: rooms.talks.put(tx, *whom, place, now=Ms(now), until=Ms(until)))


def awaited(store, rooms, whom, now):
    with purpose("carry_message"):
        return rooms.talks.get(store.db.reading, *whom, Ms(now))


def test_an_answer_is_awaited_until_it_is_too_late(store, rooms, whom):
    ask(store, rooms, whom, PLACE, 0, 100)
    assert awaited(store, rooms, whom, 99) == PLACE
    assert awaited(store, rooms, whom, 100) is None


def test_the_last_question_counts(store, rooms, whom):
    ask(store, rooms, whom, PLACE, 0, 100)
    ask(store, rooms, whom, "flow:survey#third/asked", 1, 200)
    assert awaited(store, rooms, whom, 2) == "flow:survey#third/asked"
    write(store, lambda tx: rooms.talks.drop(tx, *whom))
    assert awaited(store, rooms, whom, 2) is None


def test_what_is_too_late_is_taken_away(store, rooms, whom):
    ask(store, rooms, whom, PLACE, 0, 100)
    assert write(store, lambda tx: rooms.talks.sweep(tx, Ms(99))) == 0
    assert write(store, lambda tx: rooms.talks.sweep(tx, Ms(100))) == 1


def test_where_it_leads_is_sealed(store, rooms, whom):
    ask(store, rooms, whom, PLACE, 0, 100)
    held = b"".join(path.read_bytes() for path in store.folder.root.glob("ringfence.db*"))
    assert PLACE.encode() not in held
