"""``mail``: one e-mail, kept sealed until the relay has taken it."""

from __future__ import annotations

from typing import Protocol

from ringfence.jobs.queue import PATIENT, Job, NewJob, Tries
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, MessageId, PartyId
from ringfence.kernel.limits import MAIL_SEND_MS

KIND = "mail"


class Deliver(Protocol):
    """Sends the message of a job; see ``ringfence.office.privacy.messages.deliver``."""

    async def __call__(self, job: Job, now: Ms, /, *, last: bool) -> None: ...


def mail_job(
    *,
    message: MessageId,
    account: AccountId,
    secret: bytes,
    policy: int | None = None,
    party: PartyId | None = None,
) -> NewJob:
    """Return the job that sends a message; address and text are in ``secret``.

    ``party``: under whose key they lie, by default the account's.
    """
    body: dict[str, object] = {"message": message}
    if policy is not None:
        body["policy"] = policy
    return NewJob(kind=KIND, body=body, account=account, secret=secret, party=party, unique=message)


class DeliverMail:
    """Tries over hours; the last failure is written on the message."""

    tries: Tries = PATIENT
    timeout_ms: int = MAIL_SEND_MS + 10_000

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver

    async def __call__(self, job: Job, now: Ms, /) -> None:
        await self._deliver(job, now, last=job.attempts >= self.tries.count)
