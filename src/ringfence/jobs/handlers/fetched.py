"""``fetched``: every few minutes, what a server allowed to be kept until now is taken away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ringfence.jobs.queue import BRIEF, Job, Tries
from ringfence.jobs.schedule import Recurring
from ringfence.kernel.clock import MINUTE, Ms

KIND = "fetched"
OFTEN = Recurring(KIND, 5 * MINUTE)
"""What has expired is not served from the moment on; this is when its last trace goes."""


class TakeAway:
    """Takes away what has expired. ``sweep(now)`` returns when that is durable."""

    tries: Tries = BRIEF
    timeout_ms: int = MINUTE

    def __init__(self, sweep: Callable[[Ms], Awaitable[object]]) -> None:
        self._sweep = sweep

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        await self._sweep(now)
