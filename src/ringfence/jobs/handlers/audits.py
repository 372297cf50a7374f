"""``audit``: every night all of the audit log is compared with what it was made of.

It takes as long as the log is long, more than a job may: the job begins it and is done. While one
check runs no second is begun; a check that a stop cuts short is begun anew the next night.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ringfence.jobs.queue import BRIEF, Job, Tries
from ringfence.jobs.schedule import Recurring
from ringfence.kernel.clock import DAY, HOUR, MINUTE, Ms
from ringfence.observe.logs import get_logger

KIND = "audit"
DAILY = Recurring(KIND, DAY, 4 * HOUR)
"""At four, UTC: after the sweep and the move of the keys."""
_LOG = get_logger(__name__)


class CheckLog:
    """Checks. ``check()`` returns when the whole log was read and what was found is noted."""

    tries: Tries = BRIEF
    timeout_ms: int = MINUTE

    def __init__(self, check: Callable[[], Awaitable[object]]) -> None:
        self._check = check
        self.running: asyncio.Task[None] | None = None

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        if self.running is None or self.running.done():
            self.running = asyncio.create_task(self._whole())

    async def _whole(self) -> None:
        try:
            await self._check()
        except Exception:  # noqa: BLE001 - there is nobody to tell but the log
            _LOG.exception("audit_check_failed")

    async def stop(self) -> None:
        """Wait no longer for a check that runs."""
        if self.running is not None:
            self.running.cancel()
