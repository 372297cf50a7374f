"""``text_arrived``: whoever answers a number's messages is asked what to do about one.

``text_pictures``: the pictures of one are fetched from its carrier, before its links are too old.
"""

from __future__ import annotations

from typing import Protocol

from ringfence.jobs.queue import Job, NewJob, Tries
from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.ids import AccountId, MessageId
from ringfence.kernel.limits import TEXT_ANSWER_MS

KIND = "text_arrived"
PICTURES = "text_pictures"


class Answer(Protocol):
    """Does it; see ``ringfence.office.messaging.replies.Replies``."""

    async def __call__(self, job: Job, now: Ms, /) -> None: ...


def arrived(*, message: MessageId, account: AccountId, word: str) -> NewJob:
    """Return the job for a message that came in. ``word``: the keyword it was, or empty."""
    body = {"message": message, "word": word}
    return NewJob(kind=KIND, body=body, account=account, unique=message)


class AnswerTexts:
    """Tries for some minutes: a message nobody answers for longer is read, not answered."""

    tries: Tries = Tries(count=6, first_ms=5 * SECOND, longest_ms=120 * SECOND)
    timeout_ms: int = TEXT_ANSWER_MS

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def __call__(self, job: Job, now: Ms, /) -> None:
        await self._answer(job, now)


def pictures(*, message: MessageId, account: AccountId) -> NewJob:
    """Return the job that fetches the pictures of a message that came in."""
    return NewJob(kind=PICTURES, body={"message": message}, account=account, unique=message)


class FetchPictures:
    """Tries for some hours; see ``ringfence.office.messaging.pictures.Pictures``."""

    tries: Tries = Tries(count=8, first_ms=5 * SECOND, longest_ms=3600 * SECOND)
    timeout_ms: int = TEXT_ANSWER_MS

    def __init__(self, fetch: Answer) -> None:
        self._fetch = fetch

    async def __call__(self, job: Job, now: Ms, /) -> None:
        await self._fetch(job, now)
