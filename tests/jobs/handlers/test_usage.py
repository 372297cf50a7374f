"""Every few minutes somebody looks how much was used."""

import asyncio

from ringfence.jobs.handlers.usage import OFTEN, Look
from ringfence.kernel.clock import MINUTE


def test_it_looks_with_the_time_of_the_job():
    looked = []

    async def look(now):
        looked.append(now)

    asyncio.run(Look(look)(OFTEN.job(0), 4711))
    assert looked == [4711]
    assert OFTEN.every_ms == 5 * MINUTE
