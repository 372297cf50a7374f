"""What may be kept no longer is taken away every few minutes."""

import asyncio

import pytest

from ringfence.jobs.handlers.fetched import OFTEN, TakeAway
from ringfence.kernel.clock import MINUTE


@pytest.mark.promise("TEL-16")
def test_it_sweeps_with_the_time_of_the_job():
    swept = []

    async def sweep(now):
        swept.append(now)

    asyncio.run(TakeAway(sweep)(OFTEN.job(0), 4711))
    assert swept == [4711]
    assert OFTEN.every_ms == 5 * MINUTE
