"""On its date an erasure is gone on with, once for each job."""

import asyncio
from types import SimpleNamespace

from ringfence.jobs.handlers import erasures
from ringfence.kernel.limits import JOB_LEASE_MS
from ringfence.storage import erasure


def test_it_goes_on_with_the_erasure_of_the_job():
    gone_on = []

    async def go_on(sid):
        gone_on.append(sid)

    handler = erasures.GoOn(go_on)
    asyncio.run(handler(SimpleNamespace(body={"erasure": "ER1"}), 7))
    assert gone_on == ["ER1"]
    assert handler.timeout_ms < JOB_LEASE_MS


def test_storage_asks_for_the_job_that_is_done_here():
    assert erasure.JOB == erasures.KIND
