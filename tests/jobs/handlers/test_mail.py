"""``mail``: what a job carries, and which try is the last."""

import asyncio
from types import SimpleNamespace

from ringfence.jobs.handlers.mail import KIND, DeliverMail, mail_job
from ringfence.jobs.queue import PATIENT


def test_the_job_of_a_message_is_unique_and_sealed():
    job = mail_job(message="SM1", account="AC1", secret=b"who and what", policy=3)
    assert (job.kind, job.unique, job.body) == (KIND, "SM1", {"message": "SM1", "policy": 3})
    assert job.secret == b"who and what"
    assert "policy" not in mail_job(message="SM1", account="AC1", secret=b"").body


def test_the_last_try_is_told():
    seen = []

    async def deliver(job, now, /, *, last):
        seen.append((job.attempts, now, last))

    handler = DeliverMail(deliver)
    for attempts in (1, PATIENT.count - 1, PATIENT.count):
        asyncio.run(handler(SimpleNamespace(attempts=attempts), 9))
    assert [last for _, _, last in seen] == [False, False, True]
    assert handler.tries is PATIENT
