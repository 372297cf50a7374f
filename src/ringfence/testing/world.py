"""The whole system in virtual time, from one seed: a server, phones, carriers, a network.

async def scene(world: World) -> None:
    world.board.number("+12025550100", twiml="<Response><Say>Hello</Say></Response>")
    async with world.phone(username="caller") as phone:
        call = await phone.call(world.address("+12025550100"))
        await call.wait_over()

simulate(scene, seed=7, folder=tmp_path)

The server is the real switch (`Switchboard`), the phones are the real test phones, and the media
process is the reference core. The same seed gives the same world, message for message. When the
scene is over, `simulate` waits until every timer of SIP has run out and raises `Leak` where
anything of a call is still held, and `Untrue` where the facts of a call do not make sense.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import RingfenceError
from ringfence.testing import books, virtual_time
from ringfence.testing.carrier import Carrier
from ringfence.testing.ether import Ether, EtherPlace
from ringfence.testing.network import GOOD, Quality
from ringfence.testing.phone import Phone
from ringfence.testing.switchboard import SIP_PORT, Ladders, Switchboard
from ringfence.testing.virtual_time import LoopClock

T = TypeVar("T")

SERVER = "192.0.2.1"
LAN = "TK" + "0" * 32
"""The trunk that phones of a world call through: no carrier, so no call goes out there."""
QUIET_SECONDS = 120
"""After this long no timer of a call that is over runs any more (64*T1 is 32 s)."""


class Leak(RingfenceError):
    """Something of a call that is over is still held."""


class Untrue(RingfenceError):
    """The facts of a call contradict each other or break off."""


class World:
    """One server and whoever calls it.

    ``board``: the server. ``ladders``: what of it fails. ``random``: for the scene's own choices,
    so that a change of those changes no message.
    """

    def __init__(self, seed: int, *, folder: Path, quality: Quality = GOOD) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.random = SeededEntropy(seed * 2 + 1)
        self.ladders = Ladders()
        self.quality = quality
        self.ether = Ether(self.clock, SeededEntropy(seed * 2), self._between)
        self.board = Switchboard(
            self.ether,
            SERVER,
            entropy=SeededEntropy(seed + 1_000_003),
            folder=folder,
            ladders=self.ladders,
        )
        self._hosts = count(10)
        self._seeds = count(seed * 1_000_003)

    def _between(self, source: str, target: str) -> Quality:
        return GOOD if source == target else self.quality

    def below(self, bound: int) -> int:
        """A number from 0 up to ``bound``, not included."""
        return int.from_bytes(self.random.token(4), "big") % bound

    def chance(self, percent: int) -> bool:
        """True that often."""
        return self.below(100) < percent

    def place(self) -> EtherPlace:
        """A host of its own, with randomness of its own."""
        place = EtherPlace(self.ether, f"192.0.2.{next(self._hosts)}")
        place.entropy = SeededEntropy(next(self._seeds))
        return place

    def phone(self, **options: Any) -> Phone:
        """A phone at a host of its own, trusted like one on the server's own network."""
        place = self.place()
        self.board.guard.trust(LAN, place.host)
        return Phone(place=place, **options)

    def carrier(self, **options: Any) -> Carrier:
        """A carrier at a host of its own."""
        return Carrier(place=self.place(), **options)

    def address(self, user: str) -> str:
        """The SIP address of a number, flow or phone of the server."""
        return f"sip:{user}@{SERVER}:{SIP_PORT}"

    @property
    def registrar(self) -> str:
        """Where phones of the server register."""
        return f"sip:{SERVER}:{SIP_PORT}"

    async def settle(self) -> None:
        """Let every timer run out; raises `Leak` or `Untrue`."""
        self.board.runner.draining = True
        await asyncio.sleep(QUIET_SECONDS)
        left = self.board.leftovers()
        if left:
            raise Leak("; ".join(left))
        if self.ladders.records.more:
            return  # nothing could be written any more
        wrong = books.complaints(self.board.facts.facts)
        if wrong:
            raise Untrue("; ".join(wrong))


Scene = Callable[[World], Awaitable[T]]


def simulate(
    scene: Scene[T],
    *,
    seed: int,
    folder: Path,
    quality: Quality = GOOD,
    faults: bool = False,
) -> T:
    """Run a scene in a world of its own and return what it returns.

    ``faults``: exceptions that the switch would log and survive do not end the simulation.
    """

    async def whole() -> T:
        world = World(seed, folder=folder, quality=quality)
        await world.board.open()
        try:
            result = await scene(world)
            await world.settle()
        finally:
            await world.board.close()
        loop = asyncio.get_running_loop()
        if faults and isinstance(loop, virtual_time.VirtualLoop):
            loop.faults.clear()
        return result

    return virtual_time.run(whole())
