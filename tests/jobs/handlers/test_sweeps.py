"""Invariant: the daily job sweeps once for each time it is run."""

import asyncio

from ringfence.jobs.handlers.sweeps import DAILY, SweepOld
from ringfence.kernel.clock import DAY, HOUR, Ms
from ringfence.kernel.limits import JOB_LEASE_MS


def test_it_sweeps():
    swept = []

    async def sweep():
        swept.append(True)

    asyncio.run(SweepOld(sweep)(None, Ms(0)))
    assert swept == [True]
    assert SweepOld(sweep).timeout_ms < JOB_LEASE_MS


def test_it_happens_every_night():
    assert DAILY.next_slot(Ms(10 * DAY)) == 10 * DAY + 2 * HOUR
