"""Virtual time: a day passes at once, in order, and a world that stands still says so."""

from __future__ import annotations

import asyncio
import time

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.testing import virtual_time
from ringfence.testing.virtual_time import START, LoopClock


def test_a_day_passes_at_once() -> None:
    async def main() -> int:
        clock = LoopClock(asyncio.get_running_loop())
        assert clock.now() == START
        await asyncio.sleep(86_400)
        return clock.now() - START

    began = time.monotonic()
    assert virtual_time.run(main()) == 86_400_000
    assert time.monotonic() - began < 60


def test_timers_fire_in_order_each_at_its_instant() -> None:
    async def main() -> list[tuple[int, str]]:
        loop = asyncio.get_running_loop()
        clock = LoopClock(loop)
        seen: list[tuple[int, str]] = []

        def note(name: str) -> None:
            seen.append((clock.now() - START, name))

        loop.call_later(0.03, note, "c")
        loop.call_later(0.01, note, "a")
        loop.call_later(0.02, note, "b")
        await asyncio.sleep(0.1)
        return seen

    assert virtual_time.run(main()) == [(10, "a"), (20, "b"), (30, "c")]


def test_thousands_of_small_steps_do_not_drift() -> None:
    async def main() -> int:
        clock = LoopClock(asyncio.get_running_loop())
        for _ in range(10_000):
            await asyncio.sleep(0.02)
        return clock.now() - START

    assert virtual_time.run(main()) == 200_000


def test_a_timeout_is_kept_to_the_millisecond() -> None:
    async def main() -> int:
        clock = LoopClock(asyncio.get_running_loop())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await asyncio.Event().wait()
        return clock.now() - START

    assert virtual_time.run(main()) == 1_500


def test_waiting_for_what_never_happens_is_an_error_and_no_endless_wait() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(LocalError, match="stands still"):
        virtual_time.run(main())


def test_an_exception_in_a_callback_is_not_overlooked() -> None:
    def broken() -> None:
        raise ValueError("broken")

    async def main() -> None:
        asyncio.get_running_loop().call_soon(broken)
        await asyncio.sleep(1)

    with pytest.raises(ValueError, match="broken"):
        virtual_time.run(main())


def test_work_for_a_thread_is_done_at_once() -> None:
    def fail() -> None:
        raise OSError("no disk")

    async def main() -> None:
        assert await asyncio.to_thread(sum, [1, 2]) == 3
        with pytest.raises(OSError, match="no disk"):
            await asyncio.to_thread(fail)

    virtual_time.run(main())
