"""``checkpoint``: the audit log is signed as it stands, so that nothing before can be changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ringfence.jobs.queue import BRIEF, Job, Tries
from ringfence.jobs.schedule import Recurring
from ringfence.kernel.clock import HOUR, MINUTE, Ms

KIND = "checkpoint"
HOURLY = Recurring(KIND, HOUR, 5 * MINUTE)


class SignLog:
    """Signs. ``sign(now)`` stores a signed head and returns when it is durable."""

    tries: Tries = BRIEF
    timeout_ms: int = MINUTE

    def __init__(self, sign: Callable[[Ms], Awaitable[object]]) -> None:
        self._sign = sign

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        await self._sign(now)
