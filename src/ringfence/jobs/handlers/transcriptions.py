"""``transcribe``: what was said in a recording is read by the recogniser.

One that is still at it when a try's time is over is asked about again by a job of its own: only a
recogniser that fails uses up tries.
"""

from __future__ import annotations

from typing import Protocol

from ringfence.jobs.queue import Job, NewJob, Tries
from ringfence.kernel.clock import MINUTE, SECOND, Ms
from ringfence.kernel.ids import AccountId, TranscriptionId
from ringfence.kernel.limits import TRANSCRIBE_TRY_MS

KIND = "transcribe"


class Read(Protocol):
    """Does it; see ``ringfence.office.transcribing.Scribe.carry_out``."""

    async def __call__(self, job: Job, now: Ms, /, *, last: bool) -> None: ...


def job_of(
    transcription: TranscriptionId, account: AccountId, *, turn: int = 0, run_at: Ms | None = None
) -> NewJob:
    """Return the job; ``turn``: how often it was looked at before it was done."""
    return NewJob(
        kind=KIND,
        body={"transcription": transcription, "turn": turn},
        account=account,
        unique=f"{transcription}:{turn}",
        run_at=run_at,
    )


class Transcribe:
    """Tries for about an hour and a half; then the transcription has failed."""

    tries: Tries = Tries(count=10, first_ms=5 * SECOND, longest_ms=20 * MINUTE)
    timeout_ms: int = int(TRANSCRIBE_TRY_MS) + 5_000

    def __init__(self, read: Read) -> None:
        self._read = read

    async def __call__(self, job: Job, now: Ms, /) -> None:
        await self._read(job, now, last=job.attempts >= self.tries.count)
