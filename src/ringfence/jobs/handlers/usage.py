"""``usage``: every few minutes, whoever wants to know that use reached an amount is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ringfence.jobs.queue import BRIEF, Job, Tries
from ringfence.jobs.schedule import Recurring
from ringfence.kernel.clock import MINUTE, Ms

KIND = "usage"
OFTEN = Recurring(KIND, 5 * MINUTE)
"""Fraud that a trigger is to notice has cost little by then."""


class Look:
    """Looks at every trigger. ``look(now)`` returns when what fired is durable."""

    tries: Tries = BRIEF
    timeout_ms: int = MINUTE

    def __init__(self, look: Callable[[Ms], Awaitable[object]]) -> None:
        self._look = look

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        await self._look(now)
