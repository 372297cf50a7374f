"""Recording a whole call because somebody outside its program wants it.

What a program records it asks about by itself (``markup.consenting``). Here the same ruling is
asked for, of everybody whom the recording hears: whom the call dialled, whom a queue brought, who
is in the room. Whoever has to be told hears it on the line first, whoever has to be asked is asked,
and nothing is kept before. Who comes into the room later is ruled on, too: the recording rests
until they were told or have agreed, and ends where they do not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ringfence.calls.commands import (
    DialTarget,
    Note,
    Owed,
    PauseRecording,
    RecordingNotice,
    RuleRecording,
    StartRecording,
    StopRecording,
    WidenRecording,
)
from ringfence.calls.permits import RANK
from ringfence.calls.words import RecordingAsker, RecordingDuty, RecordingTrack
from ringfence.kernel import ids
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.ids import CallId, LegId, RecordingId
from ringfence.kernel.limits import SPEAK_MS
from ringfence.markup.context import Context
from ringfence.markup.exchange import AskRecording
from ringfence.markup.telling import RecordingCallback, RecordingTeller
from ringfence.privacy.recording_law.sentences import Kind, sentence
from ringfence.switch.live import LiveCall

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner
    from ringfence.switch.program_host import ProgramHost

Stranger = tuple[LegId, CallId]
"""The leg of another call that is heard in this one."""


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
    partner, others = live.call.talks_to(), strangers(live)
    targets: tuple[DialTarget, ...] = ()
    if partner is not None:
        if partner.target is None:
            raise Refused("recording_not_permitted", "it is not known who is on the other side")
        targets = (partner.target,)
    host = live.tenant.host
    ruling = host.rule(_question(program.context, targets, others)).ruling
    if ruling.outcome == "never":
        raise Refused("recording_not_permitted", "the law or a party does not let it be recorded")
    ours = [(first, None)] if partner is None else [(first, None), (partner.id, None)]
    owed = await notices(host, program.context.language, [*ours, *others], ruling)
    recording = RecordingId(ids.make("recording", runner.clock.now(), runner.entropy))
    start = StartRecording(
        source="call",
        dual=wish.dual,
        track=wish.track,
        trim=wish.trim,
        asked_by=wish.asked_by,
        recording=recording,
        notices=owed,
        partner=partner.id if wish.of_leg and partner is not None else None,
    )
    if live.call.ending or live.call.talks_to() is not partner or strangers(live) != others:
        raise Refused("call_not_in_progress", "the call has changed meanwhile")
    if wish.callback is not None:
        live.tellers.append(RecordingTeller(program.context, recording, wish.callback))
    try:
        runner.command(live, ruling)
        runner.command(live, start)
    except LocalError as error:
        raise Refused("call_not_in_progress", "the call is being recorded already") from error
    program.recorded = True
    return recording


def strangers(live: LiveCall) -> list[Stranger]:
    """Whom of other calls the first leg hears: in its room, or out of a queue."""
    first, rooms = live.call.first_leg, live.tenant.host.rooms
    found = [] if rooms is None or first is None else rooms.others(first)
    stranger = live.call.stranger
    return found if stranger is None else [*found, stranger]


def joined(runner: CallRunner, live: LiveCall, others: list[Stranger]) -> None:
    """Somebody comes into the room of a recorded call: nothing is kept until they know.

    ``others``: who is in there besides, whoever comes among them.
    """
    program, first = live.program, live.call.first_leg
    recording = live.call.running("call")
    if recording is None or program is None or first is None:
        return
    host = live.tenant.host
    resume = not live.call.rests(recording)
    runner.command(live, PauseRecording(recording=recording))
    ruling = replace(host.rule(_question(program.context, (), others)).ruling, again=True)
    runner.command(live, ruling)
    legs = [(first, None), *others]
    host.start(live.id, _widen(runner, live, recording, legs, ruling, resume=resume))


async def _widen(
    runner: CallRunner,
    live: LiveCall,
    recording: RecordingId,
    legs: Sequence[tuple[LegId, CallId | None]],
    ruling: RuleRecording,
    *,
    resume: bool,
) -> None:
    owed: tuple[Owed, ...] = ()
    why = "the law or a party does not let it be recorded with whoever came in"
    if (permitted := ruling.outcome != "never") and live.program is not None:
        told = [live.call.was_told("call", party) for party in (None, *ruling.parties[1:])]
        try:
            language = live.program.context.language
            owed = await notices(live.tenant.host, language, legs, ruling, told)
        except Refused as refused:
            permitted, why = False, str(refused)
    if live.call.ending:
        return
    if permitted:
        runner.command(live, WidenRecording(recording=recording, notices=owed, resume=resume))
    else:
        runner.command(live, StopRecording(recording=recording))
        runner.command(live, Note(code="recording_ended", text=why, level="warning"))


def _question(
    context: Context, targets: tuple[DialTarget, ...], others: Sequence[Stranger]
) -> AskRecording:
    inbound = context.direction == "inbound"
    return AskRecording(
        request=0,
        source="call",
        first=context.caller if inbound else context.called,
        own=context.called if inbound else context.caller,
        targets=targets,
        peers=tuple(call for _, call in others),
    )


async def notices(
    host: ProgramHost,
    language: str,
    legs: Sequence[tuple[LegId, CallId | None]],
    ruling: RuleRecording,
    told: Sequence[RecordingDuty] = (),
) -> tuple[Owed, ...]:
    """What each of these legs, in the order of the ruling, still hears before. Raises `Refused`.

    ``told``: what each of them has heard already.
    """
    said: dict[Kind, RecordingNotice] = {}
    found: list[Owed] = []
    for place, ((leg, call), party, duty) in enumerate(
        zip(legs, ruling.parties, ruling.duties, strict=True)
    ):
        if duty == "none" or (told and RANK[duty] <= RANK[told[place]]):
            continue
        if duty not in said:
            said[duty] = await _spoken(host, duty, language)
        found.append(Owed(leg=leg, call=call, party=party, notice=said[duty]))
    return tuple(found)


async def _spoken(host: ProgramHost, kind: Kind, language: str) -> RecordingNotice:
    said = sentence(kind, language)
    try:
        async with asyncio.timeout(SPEAK_MS / 1000):
            clip = await host.speak(said.text, said.language)
    except TimeoutError:
        clip = None
    if clip is None:
        raise Refused("recording_not_permitted", "nobody could be told of it: no speech")
    return RecordingNotice(
        clips=(clip.id,),
        ask=kind == "ask",
        text=said.hash,
        version=said.version,
        language=said.language,
        yes=said.yes,
    )
