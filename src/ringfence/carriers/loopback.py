"""A carrier that delivers to itself: for the demonstration, for tests, for trying out programs.

A message to a number of ours comes in again as one of a person's; any other is received by nobody
and all the same reported as delivered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count

from ringfence.kernel.clock import Clock
from ringfence.kernel.limits import SMPP_SAFE_MS
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import (
    Accepted,
    CarrierState,
    Delivery,
    Inbound,
    Link,
    Outbound,
    Receipt,
    Receiver,
    Rejected,
)
from ringfence.messaging.segments import count as count_parts
from ringfence.observe.logs import get_logger

log = get_logger(__name__)


class LoopbackCarrier:
    """A `Carrier`. ``ours``: whether a number is one of ours."""

    def __init__(
        self, name: str, receiver: Receiver, *, clock: Clock, ours: Callable[[Phone], bool]
    ) -> None:
        self._name = name
        self._receiver = receiver
        self._clock = clock
        self._ours = ours
        self._link = Link.STOPPED
        self._since = clock.now()
        self._run = f"{self._since:x}"
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return self._name

    async def start(self) -> None:
        """Be there."""
        self._show(Link.READY)

    async def stop(self) -> None:
        """Let what is under way arrive."""
        self._show(Link.STOPPED)
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=SMPP_SAFE_MS / 1000)

    def state(self) -> CarrierState:
        """Return how it is."""
        return CarrierState(link=self._link, since=self._since)

    async def send(self, message: Outbound, /) -> Accepted | Rejected:
        """Take a message, and deliver it in a moment."""
        parts = count_parts(message.text)
        carrier_ids = tuple(f"{self._run}-{next(self._numbers)}" for _ in range(parts))
        self._spawn(self._deliver(message, carrier_ids))
        return Accepted(message.id, carrier_ids)

    async def _deliver(self, message: Outbound, carrier_ids: tuple[str, ...]) -> None:
        try:
            async with asyncio.timeout(SMPP_SAFE_MS / 1000):
                if self._ours(message.to):
                    await self._receiver.inbound(
                        Inbound(
                            carrier=self._name,
                            sender=message.sender,
                            to=message.to,
                            text=message.text,
                            media=message.media,
                            carrier_ref=carrier_ids[0],
                            parts=len(carrier_ids),
                            at=self._clock.now(),
                        )
                    )
                for carrier_id in carrier_ids if message.receipt else ():
                    await self._report(carrier_id)
        except Exception as error:  # noqa: BLE001 - whatever a receiver raises
            log.warning("loopback_not_safe", carrier=self._name, error=error)

    async def _report(self, carrier_id: str) -> None:
        receipt = Receipt(
            carrier=self._name,
            carrier_id=carrier_id,
            state=Delivery.DELIVERED,
            at=self._clock.now(),
        )
        for attempt in range(8):  # it may be here before the answer to its message is written
            if await self._receiver.receipt(receipt):
                return
            await asyncio.sleep(0.02 * 2**attempt)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _show(self, link: Link) -> None:
        self._link = link
        self._since = self._clock.now()
