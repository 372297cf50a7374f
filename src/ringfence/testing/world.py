"""The whole system in virtual time, from one seed: a server, phones, carriers, a network.

async def scene(world: World) -> None:
    world.board.number("+12025550100", twiml="<Response><Say>Hello</Say></Response>")
    async with world.phone(username="caller") as phone:
        call = await phone.call(world.address("+12025550100"))
        await call.wait_over()

simulate(scene, seed=7, folder=tmp_path)

The server is the real switch (`Switchboard`), the phones are the real test phones, and the media
process is the reference core. The same seed gives the same world, message for message (`Trace`).
When the scene is over, `simulate` waits until every timer of SIP has run out and raises `Leak`
where anything of a call is still held, and `Untrue` where the facts of a call do not make sense.
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
from ringfence.testing.stored import StoredRooms
from ringfence.testing.switchboard import ACCOUNT, SIP_PORT, Ladders, Switchboard
from ringfence.testing.trace import Trace
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
    """The facts of a call contradict each other, break off, or are kept otherwise."""


class World:
    """One server and whoever calls it.

    ``board``: the server. ``ladders``: what of it fails. ``trace``: what happened. ``random``: for
    the scene's own choices, so that a change of those changes no message.
    """

    def __init__(
        self,
        seed: int,
        *,
        folder: Path,
        quality: Quality = GOOD,
        stored: bool = False,
        workers: int = 1,
    ) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.random = SeededEntropy(seed * 2 + 1)
        self.ladders = Ladders()
        self.quality = quality
        self.trace = Trace()
        self.ether = Ether(self.clock, SeededEntropy(seed * 2), self._between)
        self.ether.watch = self.trace.datagram
        self.rooms: StoredRooms | None = None
        if stored:
            self.rooms = StoredRooms(
                folder, ACCOUNT, clock=self.clock, entropy=SeededEntropy(seed + 2_000_003)
            )
        self.board = Switchboard(
            self.ether,
            SERVER,
            entropy=SeededEntropy(seed + 1_000_003),
            folder=folder,
            ladders=self.ladders,
            rooms=self.rooms,
            workers=workers,
        )
        self.board.runner.watchers.append(self.trace.facts)
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
        number = next(self._hosts)
        place = EtherPlace(self.ether, f"198.18.{number // 250}.{number % 250 + 1}")
        place.entropy = SeededEntropy(next(self._seeds))
        return place

    def phone(self, *, trusted: bool = True, **options: Any) -> Phone:
        """A phone at a host of its own, ``trusted`` like one on the server's own network.

        ``options``: see `Phone`.
        """
        place = self.place()
        if trusted:
            self.board.guard.trust(LAN, place.host)
        return Phone(place=place, **options)

    def carrier(self, **options: Any) -> Carrier:
        """A carrier at a host of its own. ``options``: see `Carrier`."""
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
        if self.board.runner.failures:
            raise Untrue("a call was broken off by a bug; the log says where")
        if self.ladders.records.more:
            return  # nothing could be written any more
        facts = self.board.facts.facts
        wrong = books.complaints(facts)
        if self.rooms is not None:
            wrong += self.rooms.complaints(facts)
        if wrong:
            raise Untrue("; ".join(wrong))

    def close(self) -> None:
        """Let go of the data folder."""
        if self.rooms is not None:
            self.rooms.close()


Scene = Callable[[World], Awaitable[T]]


def simulate(
    scene: Scene[T],
    *,
    seed: int,
    folder: Path,
    quality: Quality = GOOD,
    stored: bool = False,
    faults: bool = False,
    workers: int = 1,
) -> T:
    """Run a scene in a world of its own and return what it returns.

    ``folder``: empty; recordings go there. ``quality``: of the line between any two hosts.
    ``stored``: facts, parties and recordings are kept in a real data folder (a second slower).
    ``faults``: exceptions that the switch would log and survive do not end the simulation.
    ``workers``: how many media processes carry the audio.
    """

    async def whole() -> T:
        world = World(seed, folder=folder, quality=quality, stored=stored, workers=workers)
        try:
            await world.board.open()
            try:
                result = await scene(world)
                await world.settle()
            finally:
                await world.board.close()
        finally:
            world.close()
        loop = asyncio.get_running_loop()
        if faults and isinstance(loop, virtual_time.VirtualLoop):
            loop.faults.clear()
        return result

    return virtual_time.run(whole())
