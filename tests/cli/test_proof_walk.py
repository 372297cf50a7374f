"""The order of a proof; the calls themselves are in tests/system/test_prove_erasure.py."""

import asyncio

import pytest

from ringfence.cli import proof_walk
from ringfence.cli.proof_walk import WAYS, walk
from ringfence.cli.proof_ways import Trip, make_tracers
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import Refused, RingfenceError
from ringfence.testing.phone import CallFailed


def test_ways_are_told_in_order_and_a_broken_one_is_named(monkeypatch: pytest.MonkeyPatch):
    trip = Trip(make_tracers(1, entropy=SeededEntropy(4))[0], None, "", "", "", "", "")

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
    # what the installation refuses is told, and the others are gone on with
    monkeypatch.setattr(proof_walk, "WAYS", [("third", refused), ("fourth", fine)])
    asyncio.run(walk(trip, told=told.append))
    assert told == ["first", "third", "fourth"]
    assert trip.unwalked == [("third", "not now")]
    assert len({says for says, _ in WAYS}) == len(WAYS)


def test_a_way_that_does_nothing_is_an_error_with_its_words(monkeypatch):
    async def hollow(_trip):
        raise RingfenceError("a text message was queued, not delivered")

    trip = Trip(make_tracers(1, entropy=SeededEntropy(4))[0], None, "", "", "", "", "")
    monkeypatch.setattr(proof_walk, "WAYS", [("texts", hollow)])
    with pytest.raises(RingfenceError, match="texts: a text message was queued"):
        asyncio.run(walk(trip, told=lambda _: None))
