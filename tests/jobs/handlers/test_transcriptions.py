"""The job that has a recording read."""

import pytest

from ringfence.jobs.handlers.transcriptions import KIND, Transcribe, job_of
from ringfence.kernel.ids import AccountId, TranscriptionId
from ringfence.kernel.limits import JOB_LEASE_MS

SID = TranscriptionId("TR" + "a" * 32)


def test_each_look_has_one_job_that_says_nothing_of_it():
    job = job_of(SID, AccountId("AC1"), turn=3)
    assert (job.kind, job.unique, job.secret) == (KIND, f"{SID}:3", None)
    assert job.body == {"transcription": SID, "turn": 3}


class Job:
    attempts = 1


@pytest.mark.anyio
async def test_the_last_try_is_said_to_be_the_last():
    told = []

    async def read(job, now, *, last):
        told.append(last)

    handler = Transcribe(read)
    assert handler.timeout_ms < JOB_LEASE_MS
    job = Job()
    await handler(job, 1)
    job.attempts = handler.tries.count
    await handler(job, 1)
    assert told == [False, True]
