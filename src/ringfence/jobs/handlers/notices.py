"""``notice``: at every start and every day the notice is compared with what is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ringfence.jobs.queue import BRIEF, Job, NewJob, Tries
from ringfence.jobs.schedule import Recurring
from ringfence.kernel.clock import DAY, HOUR, MINUTE, Ms

KIND = "notice"
DAILY = Recurring(KIND, DAY, 2 * HOUR)


def at_start(now: Ms) -> NewJob:
    """Return the job of a start: what is done may have changed with the program."""
    return NewJob(kind=KIND, unique=f"start:{now}", run_at=now)


class CompareNotice:
    """Publishes a new version where there is a difference. ``refresh()`` returns when done."""

    tries: Tries = BRIEF
    timeout_ms: int = MINUTE

    def __init__(self, refresh: Callable[[], Awaitable[object]]) -> None:
        self._refresh = refresh

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        await self._refresh()
