"""Scripted calls that use everything, for the failure ladder.

``menu``: a document from the web speaks, plays a file and waits for a key; another one records.
``dial``: a registered phone is rung, answers, and the talk is recorded on two channels.
``voicemail``: nobody answers the phone, so the caller leaves a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ringfence.calls.events import CallEnded, CallFact, RecordingFailed, TimelineNoted
from ringfence.kernel.entropy import SeededEntropy
from ringfence.testing.ladder import Ladder
from ringfence.testing.memory import hum
from ringfence.testing.phone import CallFailed, Phone
from ringfence.testing.phone_call import PhoneCall
from ringfence.testing.world import World, simulate

NUMBER = "+12025550100"
CALLER = "+12025550123"
What = Literal["writes", "records", "fetches", "sends", "orders"]
SceneName = Literal["menu", "dial", "voicemail"]

_WEB = "https://example.com/"
_DOCUMENTS: dict[SceneName, str] = {
    "menu": f"<Response><Say>Hi.</Say><Play>{_WEB}music</Play>"
    f"<Gather numDigits='1' timeout='2' action='{_WEB}chosen'><Say>Press one.</Say></Gather>"
    "<Say>Bye.</Say></Response>",
    "dial": f"<Response><Dial timeout='3' record='record-from-answer-dual' action='{_WEB}done'>"
    "<Sip>sip:desk@192.0.2.1</Sip></Dial></Response>",
    "voicemail": "<Response><Dial timeout='1'><Sip>sip:desk@192.0.2.1</Sip></Dial>"
    f"<Say>Speak.</Say><Record maxLength='2' timeout='1' action='{_WEB}done'/></Response>",
}
_FURTHER = {
    f"{_WEB}chosen": f"<Response><Record maxLength='1' timeout='1' action='{_WEB}done'/>"
    "</Response>",
    f"{_WEB}done": "<Response><Say>Thanks.</Say></Response>",
}


@dataclass(frozen=True)
class Outcome:
    """How the call went. ``steps``: of the ladder; ``kept``: recordings; ``status``: the caller's.

    ``ended``: its record, None if there is none.
    """

    steps: int
    ended: CallEnded | None
    facts: tuple[CallFact, ...]
    kept: int
    status: int

    @property
    def names(self) -> list[str]:
        """What happened, in order."""
        return [fact.name() for fact in self.facts]

    @property
    def notes(self) -> set[str]:
        """Codes on the timeline, and why recordings failed."""
        return {fact.code for fact in self.facts if isinstance(fact, TimelineNoted)} | {
            fact.reason for fact in self.facts if isinstance(fact, RecordingFailed)
        }


def climb(
    name: SceneName, what: What, folder: Path, *, rung: int | None = None, more: bool = False
) -> Outcome:
    """Run a call with the ``rung``-th step of a kind failing (``more``: and all after it)."""

    async def scene(world: World) -> Outcome:
        return await _scene(world, name, getattr(world.ladders, what), rung, more)

    return simulate(scene, seed=7, folder=folder, faults=True)


async def _scene(
    world: World, name: SceneName, ladder: Ladder, rung: int | None, more: bool
) -> Outcome:
    board = world.board
    board.number(NUMBER, url=f"{_WEB}first")
    board.web.documents[f"{_WEB}first"] = _DOCUMENTS[name].encode()
    for url, document in _FURTHER.items():
        board.web.documents[url] = document.encode()
    board.web.clips[f"{_WEB}music"] = hum(world.clock, SeededEntropy(1), 400)
    board.phone("desk", "secret")
    async with world.phone(username="desk", password="secret") as desk:
        await desk.register(world.registrar)
        ladder.start(rung, more=more)
        answering = asyncio.create_task(_desk(desk, picks_up=name == "dial"))
        async with world.phone(username=CALLER) as caller:
            call = await _caller(world, caller, key="1" if name == "menu" else "")
        await asyncio.sleep(45)  # for everything that was lost to be given up
        answering.cancel()
        for left in list(desk.calls.values()):
            await left.hang_up(wait=70)
    facts = tuple(board.facts.facts)
    return Outcome(
        steps=ladder.steps,
        ended=next((fact for fact in facts if isinstance(fact, CallEnded)), None),
        facts=facts,
        kept=len(board.recordings.kept),
        status=call.end.status if call.end is not None else 0,
    )


async def _caller(world: World, phone: Phone, *, key: str) -> PhoneCall:
    call = phone.dial(world.address(NUMBER))
    try:
        await phone.answered(call, 40)
    except CallFailed:
        await call.wait_over(40)
        return call
    call.audio.say_tone(440, seconds=8)
    if key:
        await asyncio.sleep(1.5)
        if not call.over.is_set():
            await _press(call, key)
    await _until(call, call.over.is_set, 20)
    if not call.over.is_set():
        await call.hang_up(wait=70)
    return call


async def _press(call: PhoneCall, key: str) -> None:
    pressing = asyncio.create_task(call.press(key))
    await asyncio.wait((pressing,), timeout=2)
    pressing.cancel()


async def _until(call: PhoneCall, true: Callable[[], bool], seconds: float) -> None:
    for _ in range(int(seconds * 20)):
        if call.over.is_set() or true():
            return
        await asyncio.sleep(0.05)


async def _desk(desk: Phone, *, picks_up: bool) -> None:
    while True:
        call = await desk.next_call(3_600)
        await asyncio.sleep(0.3)
        if picks_up and not call.over.is_set():
            await call.answer()
            await asyncio.sleep(1)
            if not call.over.is_set():
                await call.hang_up(wait=70)
