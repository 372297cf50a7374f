"""A SID of a call in progress is the call's own, or a dialled leg's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from call_ends import call_end

from ringfence.kernel.ids import CallId, LegId, own_call
from ringfence.office.in_flight import ended, find, parted

pytestmark = pytest.mark.anyio

FIRST, DIALLED = LegId("LG" + "1" * 32), LegId("LG" + "2" * 32)
CALL = CallId("CA" + "9" * 32)


def office(**more: Any) -> Any:
    live = SimpleNamespace(id=CALL, call=SimpleNamespace(first_leg=FIRST))
    legs = {leg: SimpleNamespace(id=leg, call=CALL) for leg in (FIRST, DIALLED)}
    runner = SimpleNamespace(legs=legs)
    calls = {CALL: live} | more
    return cast(
        "Any",
        SimpleNamespace(live=SimpleNamespace(runner=runner), live_call=calls.get),
    )


async def test_a_call_and_a_leg_of_its_dial() -> None:
    live, leg = find(office(), CALL)
    assert live is not None
    assert leg is None
    live, leg = find(office(), own_call(DIALLED))
    assert (live is not None, leg is not None and leg.id) == (True, DIALLED)


async def test_the_first_leg_is_no_call_of_its_own_and_strangers_are_none() -> None:
    assert find(office(), own_call(FIRST)) == (None, None)
    assert find(office(), CallId("CA" + "7" * 32)) == (None, None)


def parting(**state: bool) -> tuple[Any, list[Any]]:
    """A call that is going on, and who watches it."""
    watchers: list[Any] = []
    live = SimpleNamespace(
        id=CALL, call=SimpleNamespace(**state), tenant=SimpleNamespace(watchers=watchers)
    )
    return live, watchers


async def test_whoever_ends_a_call_waits_until_it_is_over() -> None:
    live, watchers = parting()
    async with ended(live, None, 60_000):
        (watch,) = watchers
        watch([call_end(CallId("CA" + "7" * 32)), call_end(CALL)])
    assert watchers == []


async def test_a_far_end_that_says_nothing_is_not_waited_for_long() -> None:
    live, watchers = parting()
    async with ended(live, None, 1):
        watchers[0]([call_end(CallId("CA" + "7" * 32))])
    assert watchers == []


async def test_an_end_that_came_since_somebody_caught_up_is_read_too() -> None:
    """Its leg is gone and its record on the way: nothing is left to wait for but the disk."""
    caught_up = []

    async def catch_up() -> None:
        caught_up.append(True)

    around = office()
    around.runs = True
    around.store = SimpleNamespace(db=SimpleNamespace(catch_up=catch_up))
    await parted(around, CallId("CA" + "7" * 32))
    assert caught_up
