"""``erasure``: what a law made us keep of somebody goes on the day it may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ringfence.jobs.queue import PATIENT, Job, Tries
from ringfence.kernel.clock import MINUTE, Ms

KIND = "erasure"


class GoOn:
    """Goes on with the erasure that the job's body names. ``go_on`` takes its id."""

    tries: Tries = PATIENT
    timeout_ms: int = 2 * MINUTE

    def __init__(self, go_on: Callable[[str], Awaitable[None]]) -> None:
        self._go_on = go_on

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        await self._go_on(str(job.body["erasure"]))
