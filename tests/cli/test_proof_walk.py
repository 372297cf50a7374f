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
    monkeypatch.setattr(proof_walk, "WAYS", [("third", refused)])
    with pytest.raises(Refused, match="third: not now"):
        asyncio.run(walk(trip, told=told.append))
    assert len({says for says, _ in WAYS}) == len(WAYS)
