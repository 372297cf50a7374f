"""The job of a message that came in."""

import pytest

from ringfence.jobs.handlers.texts import KIND, AnswerTexts, arrived
from ringfence.kernel.ids import AccountId, MessageId

SID = MessageId("SM" + "a" * 32)


def test_a_message_has_one_job_that_says_nothing_of_it():
    job = arrived(message=SID, account=AccountId("AC1"), word="stop")
    assert (job.kind, job.unique, job.secret) == (KIND, SID, None)
    assert job.body == {"message": SID, "word": "stop"}


@pytest.mark.anyio
async def test_it_is_handed_to_whoever_answers():
    told = []

    async def answer(job, now):
        told.append((job, now))

    handler = AnswerTexts(answer)
    await handler("job", 1)
    assert told == [("job", 1)]
    assert handler.tries.count > 1
