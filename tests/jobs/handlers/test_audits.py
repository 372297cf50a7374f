"""The audit log is checked every night, one check at a time, and a failure ends nothing."""

import asyncio

from ringfence.jobs.handlers.audits import DAILY, CheckLog


def test_one_check_runs_at_a_time_and_the_job_does_not_wait_for_it():
    begun, done = [], []

    async def run():
        go = asyncio.Event()

        async def check():
            begun.append(1)
            await go.wait()
            done.append(1)

        handler = CheckLog(check)
        await handler(None, 7)
        await asyncio.sleep(0)
        await handler(None, 8)
        await asyncio.sleep(0)
        assert (len(begun), done) == (1, [])
        go.set()
        await handler.running
        await handler(None, 9)
        await handler.running
        assert (len(begun), len(done)) == (2, 2)

    asyncio.run(run())


def test_a_check_that_fails_is_logged_and_one_under_way_can_be_left():
    async def run():
        async def fails():
            raise RuntimeError

        handler = CheckLog(fails)
        await handler.stop()
        await handler(None, 7)
        await handler.running

        async def forever():
            await asyncio.Event().wait()

        handler = CheckLog(forever)
        await handler(None, 7)
        await handler.stop()
        await asyncio.wait([handler.running])
        assert handler.running.cancelled()

    asyncio.run(run())


def test_it_recurs_daily_after_the_sweep():
    assert DAILY.next_slot(DAILY.next_slot(0)) - DAILY.next_slot(0) == 86_400_000
