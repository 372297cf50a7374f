"""Recording a whole call because somebody outside its program wants it.

What a program records it asks about by itself (``markup.consenting``). Here the same ruling is
asked for; whoever has to be told hears it on the line first. Where the law wants somebody asked,
nothing is recorded: a question needs a program (Record, or Dial with record).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ringfence.calls.commands import DialTarget, RecordingNotice, StartRecording
from ringfence.calls.words import RecordingAsker, RecordingTrack
from ringfence.kernel import ids
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.ids import LegId, RecordingId
from ringfence.kernel.limits import SPEAK_MS
from ringfence.markup.context import Context
from ringfence.markup.exchange import AskRecording
from ringfence.markup.telling import RecordingCallback, RecordingTeller
from ringfence.privacy.recording_law.sentences import sentence
from ringfence.switch.live import LiveCall

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner
    from ringfence.switch.program_host import ProgramHost


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWish:
    """How a whole call is to be recorded, and who is told of it."""

    dual: bool = False
    track: RecordingTrack = "both"
    trim: bool = False
    asked_by: RecordingAsker = "api"
    callback: RecordingCallback | None = None
    of_leg: bool = False
    """Of the talk with the leg that a dial connected alone, as long as it lasts."""


async def record_call(runner: CallRunner, live: LiveCall, wish: RecordingWish) -> RecordingId:
    """Begin, once everybody knows who has a right to; the id of the recording. Raises `Refused`."""
    program, first = live.program, live.call.first_leg
    if program is None or first is None or program.over or not live.call.answered:
        raise Refused("call_not_in_progress", "nobody is on the line")
    partner = live.call.talks_to()
    if live.call.hears_strangers:
        # A talk with a caller out of a queue is recorded by the agent's Dial, which asks of both.
        raise Refused("recording_not_permitted", "somebody of another call is on the other side")
    targets: tuple[DialTarget, ...] = ()
    if partner is not None:
        if partner.target is None:
            raise Refused("recording_not_permitted", "it is not known who is on the other side")
        targets = (partner.target,)
    may = live.tenant.host.rule(_question(program.context, targets))
    if may.ruling.outcome == "never":
        raise Refused("recording_not_permitted", "the law or a party does not let it be recorded")
    duties = may.ruling.duties
    if "ask" in duties:
        raise Refused(
            "recording_not_permitted",
            "somebody has to be asked first: record with <Record>, or <Dial record>",
        )
    legs = [first] if partner is None else [first, partner.id]
    owed = [leg for leg, duty in zip(legs, duties, strict=True) if duty == "announce"]
    notices = await spoken(live.tenant.host, program.context.language, owed)
    recording = RecordingId(ids.make("recording", runner.clock.now(), runner.entropy))
    start = StartRecording(
        source="call",
        dual=wish.dual,
        track=wish.track,
        trim=wish.trim,
        asked_by=wish.asked_by,
        recording=recording,
        notices=notices,
        partner=partner.id if wish.of_leg and partner is not None else None,
    )
    now = live.call.talks_to()
    if live.call.ending or (now is None) != (partner is None) or (now and now is not partner):
        raise Refused("call_not_in_progress", "the call has changed meanwhile")
    if wish.callback is not None:
        live.tellers.append(RecordingTeller(program.context, recording, wish.callback))
    try:
        runner.command(live, may.ruling)
        runner.command(live, start)
    except LocalError as error:
        raise Refused("call_not_in_progress", "the call is being recorded already") from error
    program.recorded = True
    return recording


def _question(context: Context, targets: tuple[DialTarget, ...]) -> AskRecording:
    inbound = context.direction == "inbound"
    return AskRecording(
        request=0,
        source="call",
        first=context.caller if inbound else context.called,
        own=context.called if inbound else context.caller,
        targets=targets,
    )


async def spoken(
    host: ProgramHost, language: str, legs: list[LegId]
) -> tuple[tuple[LegId, RecordingNotice], ...]:
    """What each of these legs hears before it is recorded or listened to. Raises `Refused`."""
    if not legs:
        return ()
    said = sentence("announce", language)
    try:
        async with asyncio.timeout(SPEAK_MS / 1000):
            clip = await host.speak(said.text, said.language)
    except TimeoutError:
        clip = None
    if clip is None:
        raise Refused("recording_not_permitted", "nobody could be told of it: no speech")
    notice = RecordingNotice(
        clips=(clip.id,),
        ask=False,
        text=said.hash,
        version=said.version,
        language=said.language,
    )
    return tuple((leg, notice) for leg in legs)
