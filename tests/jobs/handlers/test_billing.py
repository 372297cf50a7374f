"""Every hour what is due by the month is charged."""

import asyncio

from ringfence.jobs.handlers.billing import HOURLY, Charge
from ringfence.kernel.clock import HOUR


def test_it_charges_with_the_time_of_the_job():
    charged = []

    async def rent(now):
        charged.append(now)

    asyncio.run(Charge(rent)(HOURLY.job(0), 4711))
    assert charged == [4711]
    assert HOURLY.every_ms == HOUR
