"""One scripted call that uses everything: for the failure ladder.

A number answers with a document from the web: speech, an audio file, a menu; key 1 leads to
another document, which records while it connects a registered phone, and then takes a message.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ringfence.calls.events import CallEnded
from ringfence.kernel.entropy import SeededEntropy
from ringfence.testing.ladder import Ladder
from ringfence.testing.memory import hum
from ringfence.testing.phone import CallFailed, Phone
from ringfence.testing.phone_call import PhoneCall
from ringfence.testing.world import World, simulate

NUMBER = "+12025550100"
CALLER = "+12025550123"
What = Literal["writes", "fetches", "sends", "orders"]


@dataclass(frozen=True)
class Outcome:
    """How the call went. ``steps``: of the ladder; ``ended``: its record, None if there is none."""

    steps: int
    ended: CallEnded | None
    names: tuple[str, ...]
    kept: int


def climb(what: What, folder: Path, *, rung: int | None = None, more: bool = False) -> Outcome:
    """Run the call with the ``rung``-th step of a kind failing (``more``: and all after it)."""

    async def scene(world: World) -> Outcome:
        return await _scene(world, getattr(world.ladders, what), rung, more)

    return simulate(scene, seed=7, folder=folder, faults=True)


async def _scene(world: World, ladder: Ladder, rung: int | None, more: bool) -> Outcome:
    board = world.board
    board.number(NUMBER, url="https://example.com/first")
    board.web.documents["https://example.com/first"] = (
        b"<Response><Say>Welcome.</Say><Play>https://example.com/music</Play>"
        b"<Gather numDigits='1' timeout='2' action='https://example.com/chosen'>"
        b"<Say>Press one.</Say></Gather><Say>Goodbye.</Say></Response>"
    )
    board.web.documents["https://example.com/chosen"] = (
        b"<Response><Dial timeout='5' record='record-from-answer-dual'>"
        b"<Sip>sip:desk@192.0.2.1</Sip></Dial><Say>Speak.</Say>"
        b"<Record maxLength='3' timeout='1'/><Say>Thank you.</Say></Response>"
    )
    board.web.clips["https://example.com/music"] = hum(world.clock, SeededEntropy(1), 800)
    board.phone("desk", "secret")
    async with world.phone(username="desk", password="secret") as desk:
        await desk.register(world.registrar)
        ladder.start(rung, more=more)
        answering = asyncio.create_task(_desk(desk))
        async with world.phone(username=CALLER) as caller:
            await _caller(world, caller)
        await asyncio.sleep(45)  # for everything that was lost to be given up
        answering.cancel()
        for left in list(desk.calls.values()):
            await left.hang_up(wait=70)
    ended = [fact for fact in board.facts.facts if isinstance(fact, CallEnded)]
    return Outcome(
        steps=ladder.steps,
        ended=ended[-1] if ended else None,
        names=tuple(fact.name() for fact in board.facts.facts),
        kept=len(board.recordings.kept),
    )


async def _caller(world: World, phone: Phone) -> None:
    call = phone.dial(world.address(NUMBER))
    try:
        await phone.answered(call, 40)
    except CallFailed:
        await call.wait_over(40)
        return
    await _until(call, call.audio.talking.is_set, 6)
    await asyncio.sleep(2.2)
    if not call.over.is_set():
        await _press(call, "1")
    await asyncio.sleep(1)
    call.audio.say_tone(440, seconds=8)
    await _until(call, call.over.is_set, 30)
    if not call.over.is_set():
        await call.hang_up(wait=70)


async def _press(call: PhoneCall, key: str) -> None:
    pressing = asyncio.create_task(call.press(key))
    await asyncio.wait((pressing,), timeout=2)
    pressing.cancel()


async def _until(call: PhoneCall, true: object, seconds: float) -> None:
    for _ in range(int(seconds * 20)):
        if call.over.is_set() or true():  # type: ignore[operator]
            return
        await asyncio.sleep(0.05)


async def _desk(desk: Phone) -> None:
    while True:
        call = await desk.next_call(3_600)
        await asyncio.sleep(0.4)
        if not call.over.is_set():
            await call.answer()
            await asyncio.sleep(2)
        if not call.over.is_set():
            await call.hang_up(wait=70)
