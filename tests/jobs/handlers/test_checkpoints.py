"""The audit log is signed when its hour comes."""

import asyncio

from ringfence.jobs.handlers.checkpoints import HOURLY, SignLog


def test_it_signs_once_with_the_time_it_was_given():
    signed = []

    async def sign(now):
        signed.append(now)

    asyncio.run(SignLog(sign)(None, 7))
    assert signed == [7]


def test_it_recurs_hourly():
    assert HOURLY.next_slot(HOURLY.next_slot(0)) - HOURLY.next_slot(0) == 3_600_000
