"""A small world for the tests of the kit: hosts on one network, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ringfence.kernel.entropy import SeededEntropy
from ringfence.testing import virtual_time
from ringfence.testing.ether import Ether, EtherPlace
from ringfence.testing.network import GOOD, Quality
from ringfence.testing.virtual_time import LoopClock

Scene = Callable[["Hosts"], Coroutine[Any, Any, None]]


class Hosts:
    """One network and the clock of the running loop."""

    def __init__(self, quality: Quality, seed: int) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.ether = Ether(self.clock, SeededEntropy(seed), lambda *_: quality)

    def at(self, number: int) -> EtherPlace:
        """The host 192.0.2.``number``."""
        return EtherPlace(self.ether, f"192.0.2.{number}")


@pytest.fixture
def play() -> Callable[..., None]:
    """Run a scene in virtual time; at its end no port is bound any more."""

    def run(scene: Scene, *, quality: Quality = GOOD, seed: int = 1) -> None:
        async def whole() -> None:
            hosts = Hosts(quality, seed)
            await scene(hosts)
            assert hosts.ether.bound == []

        virtual_time.run(whole())

    return run
