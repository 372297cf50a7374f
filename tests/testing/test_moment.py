"""A moment comes, has come, or is waited for in vain and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ringfence.testing.moment import PATIENCE, Moment


def test_who_waits_in_vain_is_told(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        moment = Moment()
        began = hosts.clock.now()
        with pytest.raises(TimeoutError):
            await moment.wait()
        assert hosts.clock.now() - began == PATIENCE * 1000
        with pytest.raises(TimeoutError):
            await moment.wait(2)
        assert hosts.clock.now() - began == (PATIENCE + 2) * 1000

    play(scene)


def test_what_comes_or_has_come_is_not_waited_for(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        moment = Moment()
        asyncio.get_running_loop().call_later(3, moment.set)
        began = hosts.clock.now()
        assert await moment.wait(5)
        assert await moment.wait(0.5)
        assert hosts.clock.now() - began == 3_000

    play(scene)
