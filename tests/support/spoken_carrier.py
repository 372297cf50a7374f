"""A carrier of text messages that says what a test wants, and waiting for what is to come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ringfence.kernel.clock import Ms
from ringfence.messaging.carrier import Accepted, CarrierState, Link, Outbound, Rejected


class Spoken:
    """A carrier. ``answer``: what it says to a message; ``link``: where it stands."""

    name = "spoken"

    def __init__(self) -> None:
        self.link = Link.READY
        self.got: list[Outbound] = []
        self.answer: Callable[[Outbound], Accepted | Rejected] = self.accept
        self.hold: asyncio.Event | None = None

    def accept(self, message: Outbound) -> Accepted:
        return Accepted(message.id, (f"c{len(self.got)}",))

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, message: Outbound, /) -> Accepted | Rejected:
        self.got.append(message)
        if self.hold is not None:
            await self.hold.wait()
        return self.answer(message)

    def running(self) -> list[Spoken]:
        return [self]

    def serving(self, _own: str, /) -> list[Spoken]:
        return [self]

    def state(self) -> CarrierState:
        return CarrierState(link=self.link, since=Ms(0))


async def until(what: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(30):
        while True:
            if what():
                return
            await asyncio.sleep(0.01)
