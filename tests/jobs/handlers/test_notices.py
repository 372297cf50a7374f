"""``notice``: compared at every start and every day."""

import asyncio

from ringfence.jobs.handlers.notices import DAILY, KIND, CompareNotice, at_start


def test_it_compares_once():
    calls = []

    async def refresh():
        calls.append(1)

    asyncio.run(CompareNotice(refresh)(None, 7))
    assert calls == [1]


def test_it_recurs_daily_and_at_each_start():
    assert DAILY.next_slot(DAILY.next_slot(0)) - DAILY.next_slot(0) == 86_400_000
    assert (at_start(7).kind, at_start(7).run_at) == (KIND, 7)
    assert at_start(7).unique != at_start(8).unique
