"""Jobs of cases: a code to be sent, an archive to be made, a change to be told, clocks to be read.

What is done is given by the composition root as a function of a case's id and the time; each can
be done twice without harm.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ringfence.jobs.queue import BRIEF, PATIENT, Job, NewJob, Tries
from ringfence.jobs.schedule import Recurring
from ringfence.kernel.clock import MINUTE, Ms
from ringfence.kernel.ids import AccountId
from ringfence.privacy.purposes import purpose

CODE = "case_code"
ARCHIVE = "case_archive"
PUSH = "case_push"
TELL = "case_tell"
ERASED = "case_erased"
CLOCKS = "case_clocks"

ROUND = Recurring(CLOCKS, 5 * MINUTE, MINUTE)
"""Every clock is read this often: reminders and escalations are minutes late at most."""

Work = Callable[[str, Ms], Awaitable[object]]


def job(kind: str, case: str, account: AccountId, *, unique: str | None = None) -> NewJob:
    """Return a job about one case (or one disclosure of it). ``unique``: asked for once."""
    return NewJob(kind=kind, body={"case": case}, account=account, unique=unique)


def erased(url: str, disclosure: str, account: AccountId) -> NewJob:
    """Return the job that tells a recipient of an erasure; ``url`` travels sealed."""
    return NewJob(kind=ERASED, body={"case": disclosure}, account=account, secret=url.encode())


class TellErased:
    """Tells a recipient that somebody was erased, whose key is gone when the job runs."""

    tries: Tries = PATIENT
    timeout_ms: int = 2 * MINUTE

    def __init__(
        self,
        secret: Callable[[Job], bytes],
        work: Callable[[str, str], Awaitable[object]],
    ) -> None:
        """``work`` takes the URL and the id of the disclosure."""
        self._secret = secret
        self._work = work

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        with purpose("deliver_content"):
            url = self._secret(job).decode()
        await self._work(url, str(job.body["case"]))


class CaseWork:
    """Does one thing for the case that a job names."""

    timeout_ms: int = 2 * MINUTE

    def __init__(self, work: Work, *, patient: bool = False) -> None:
        """``patient``: what others may be unable to take for hours."""
        self._work = work
        self.tries: Tries = PATIENT if patient else BRIEF

    async def __call__(self, job: Job, now: Ms, /) -> None:
        await self._work(str(job.body["case"]), now)


class ReadClocks:
    """Reminds, escalates, ends what has run out, destroys what is over."""

    tries: Tries = BRIEF
    timeout_ms: int = 2 * MINUTE

    def __init__(self, work: Callable[[Ms], Awaitable[object]]) -> None:
        self._work = work

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        await self._work(now)
