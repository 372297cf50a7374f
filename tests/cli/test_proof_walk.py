"""Who goes through a proof; the calls themselves are in tests/system/test_prove_erasure.py."""

import asyncio

import pytest

from ringfence.cli import proof_walk
from ringfence.cli.proof_walk import WAYS, Trip, make_tracers, walk
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import Refused, RingfenceError
from ringfence.testing.phone import CallFailed


def test_people_are_made_up_apart():
    people = make_tracers(40, entropy=SeededEntropy(1))
    for what in ("id", "number", "name", "secret"):
        assert len({getattr(one, what) for one in people}) == 40
    assert all(one.number.e164.startswith("+447700900") for one in people)
    assert all(len(one.secret) == 12 and one.secret.isdigit() for one in people)


def test_a_person_is_never_printed():
    (one,) = make_tracers(1, entropy=SeededEntropy(2))
    assert one.name not in repr(one)
    assert one.number.e164 not in repr(one)


def test_everything_of_a_person_has_needles():
    (one,) = make_tracers(1, entropy=SeededEntropy(3))
    needles = one.needles()
    assert {one.number.e164.encode(), one.name.encode(), one.secret.encode()} <= needles.keys()


def test_ways_are_told_in_order_and_a_broken_one_is_named(monkeypatch: pytest.MonkeyPatch):
    trip = Trip(make_tracers(1, entropy=SeededEntropy(4))[0], None, "", "", "", "")

    async def fine(_trip):
        pass

    async def broken(_trip):
        raise CallFailed(503)

    async def refused(_trip):
        raise Refused("no", "not now")

    told: list[str] = []
    monkeypatch.setattr(proof_walk, "WAYS", [("first", fine), ("second", broken)])
    with pytest.raises(RingfenceError, match="second"):
        asyncio.run(walk(trip, told=told.append))
    assert told == ["first"]
    monkeypatch.setattr(proof_walk, "WAYS", [("third", refused)])
    with pytest.raises(Refused, match="third: not now"):
        asyncio.run(walk(trip, told=told.append))
    assert len({says for says, _ in WAYS}) == len(WAYS)
