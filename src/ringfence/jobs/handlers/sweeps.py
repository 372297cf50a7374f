"""``sweep``: every day what is older than it may be is removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ringfence.jobs.queue import BRIEF, Job, Tries
from ringfence.jobs.schedule import Recurring
from ringfence.kernel.clock import DAY, HOUR, MINUTE, Ms

KIND = "sweep"
DAILY = Recurring(KIND, DAY, 2 * HOUR)
"""At two, UTC: before the keys move to a new epoch, so that none of what went is moved along."""


class SweepOld:
    """Sweeps. ``sweep()`` returns when everything it could do in its time is durable."""

    tries: Tries = BRIEF
    timeout_ms: int = 2 * MINUTE

    def __init__(self, sweep: Callable[[], Awaitable[object]]) -> None:
        self._sweep = sweep

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        await self._sweep()
