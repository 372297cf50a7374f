"""``billing``: every hour, what is due by the month is charged: numbers, once in each month."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ringfence.jobs.queue import BRIEF, Job, Tries
from ringfence.jobs.schedule import Recurring
from ringfence.kernel.clock import HOUR, MINUTE, Ms

KIND = "billing"
HOURLY = Recurring(KIND, HOUR)
"""A number that is had for a day is paid for its month; one that is had for minutes may not be."""


class Charge:
    """Charges what is due. ``rent(now)`` returns when that is durable."""

    tries: Tries = BRIEF
    timeout_ms: int = MINUTE

    def __init__(self, rent: Callable[[Ms], Awaitable[object]]) -> None:
        self._rent = rent

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        await self._rent(now)
