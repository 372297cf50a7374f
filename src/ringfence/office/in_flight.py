"""The calls in progress, by the SIDs under which people know them: a call's own, or a leg's.

A leg that a dial rings is a call to Twilio's clients, a child with a SID of its own
(``kernel.ids.own_call``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from ringfence.calls.events import CallEnded, CallFact, LegEnded
from ringfence.kernel.ids import CallId, leg_of
from ringfence.kernel.limits import CALL_END_WAIT_MS, CALL_PARTING_MS
from ringfence.switch.live import LiveCall, LiveLeg

if TYPE_CHECKING:
    from ringfence.office import Office


def find(office: Office, call: CallId) -> tuple[LiveCall | None, LiveLeg | None]:
    """Return the call in progress of a SID, and its leg where the SID is that of a dialled one."""
    runner = office.live.runner
    live = office.live_call(call)
    if live is not None:
        return live, None
    leg = runner.legs.get(leg_of(call))
    live = None if leg is None else office.live_call(leg.call)
    if leg is None or live is None or live.call.first_leg == leg.id:
        return None, None
    return live, leg


@asynccontextmanager
async def until(live: LiveCall, heard: Callable[[CallFact], bool], ms: int) -> AsyncIterator[None]:
    """Do something to a call, then wait until it tells of what is wanted, ``ms`` at most."""
    told = asyncio.Event()

    def watch(facts: Sequence[CallFact]) -> None:
        if any(map(heard, facts)):
            told.set()

    live.tenant.watchers.append(watch)
    try:
        yield
        with suppress(TimeoutError):
            async with asyncio.timeout(ms / 1000):
                await told.wait()
    finally:
        live.tenant.watchers.remove(watch)


def ended(
    live: LiveCall, leg: LiveLeg | None, ms: int = int(CALL_END_WAIT_MS)
) -> AbstractAsyncContextManager[None]:
    """Do what ends a call, or one leg of it, and wait until it is over, ``ms`` at most.

    Far ends answer CANCEL and BYE in their own time, and until then it goes on.
    """
    if leg is not None:
        return until(live, lambda fact: isinstance(fact, LegEnded) and fact.leg == leg.id, ms)
    return until(live, lambda fact: isinstance(fact, CallEnded) and fact.call == live.id, ms)


async def parted(office: Office, call: CallId) -> None:
    """Where the parties of a call or leg have parted, wait until its record says so: a moment.

    Programs and callbacks hear of the end before the audio is closed, and ask about it at once.
    """
    live, leg = find(office, call) if office.runs else (None, None)
    if live is not None and (live.call.ending if leg is None else live.call.parting(leg.id)):
        async with ended(live, leg, int(CALL_PARTING_MS)):
            pass
    # Also where nothing had to be waited for: its end may have come since somebody last caught up.
    await office.store.db.catch_up()
