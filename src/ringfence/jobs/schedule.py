"""What happens again and again: hourly, daily, at fixed instants counted from the epoch.

A recurring job is an ordinary job whose unique key is its slot, so two processes, or one that
started twice, ask for it once. The next slot is asked for before the present one is done: a slot
that fails for good does not end the series. Slots missed while the program was down are done once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ringfence.jobs.queue import Job, NewJob, Queue, Tries
from ringfence.jobs.worker import Handler
from ringfence.kernel.clock import Ms


@dataclass(frozen=True, slots=True)
class Recurring:
    """``kind`` every ``every_ms``, ``offset_ms`` after the full period (3 h: at three, UTC)."""

    kind: str
    every_ms: int
    offset_ms: int = 0

    def next_slot(self, now: Ms) -> Ms:
        """Return the first slot after ``now``."""
        periods = (now - self.offset_ms) // self.every_ms + 1
        return Ms(periods * self.every_ms + self.offset_ms)

    def job(self, now: Ms) -> NewJob:
        """Return the job of the first slot after ``now``."""
        slot = self.next_slot(now)
        return NewJob(kind=self.kind, unique=f"slot:{slot}", run_at=slot)


class Again:
    """A handler that asks for its next slot, then does what another handler does."""

    __slots__ = ("_handler", "_queue", "_recurring")

    def __init__(self, recurring: Recurring, handler: Handler, queue: Queue) -> None:
        self._recurring = recurring
        self._handler = handler
        self._queue = queue

    @property
    def tries(self) -> Tries:
        return self._handler.tries

    @property
    def timeout_ms(self) -> int:
        return self._handler.timeout_ms

    async def __call__(self, job: Job, now: Ms, /) -> None:
        await self._queue.enqueue([self._recurring.job(now)], now=now)
        await self._handler(job, now)


async def begin(series: Iterable[Recurring], queue: Queue, *, now: Ms) -> None:
    """Ask for the next slot of every series that has no slot waiting (at each start)."""
    await queue.enqueue([recurring.job(now) for recurring in series], now=now)
