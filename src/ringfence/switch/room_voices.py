"""Whose voice is in the recording of a room when somebody comes in under a stricter law.

Each member's own voice is recorded, so each is ruled on anew with the newcomer among them. Where
that gives somebody in the room a right to more than they have heard, nothing of their voice is kept
from the instant the newcomer is heard until they were told on the line, or asked and have agreed.
Who does not agree is left out, and stays in the room; so does whoever cannot be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ringfence.calls.commands import AskVoice, HoldVoice, KeepVoice, Note, RuleRecording
from ringfence.calls.permits import RANK
from ringfence.calls.words import RecordingDuty
from ringfence.kernel.errors import Refused
from ringfence.markup.exchange import AskRecording
from ringfence.markup.voice import Program
from ringfence.switch import call_recording
from ringfence.switch.room_recording import RoomRecording
from ringfence.switch.seats import OpenRoom, Seat, address_of

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner
    from ringfence.switch.program_host import ProgramHost


def came_in(runner: CallRunner, host: ProgramHost, opened: OpenRoom, newcomer: Seat) -> None:
    """Rule anew for those who are in, and tell or ask those who have a right to more."""
    if opened.recording is None:
        return
    for seat in tuple(opened.seats.values()):
        program = seat.live.program
        if seat is newcomer or not seat.join.record or program is None or seat.live.call.ending:
            continue
        ruling = replace(host.rule(_question(opened, seat, program)).ruling, again=True)
        duty: RecordingDuty = ruling.duties[0] if ruling.duties else "ask"
        heard = max(seat.live.call.was_told("conference"), seat.asked, key=RANK.__getitem__)
        if ruling.outcome == "never":
            runner.command(seat.live, HoldVoice(why="unasked"))
            runner.command(seat.live, ruling)
            _left_out(runner, seat, "the law or somebody in the room does not let it be recorded")
        elif RANK[duty] > RANK[heard]:
            seat.asked = duty
            runner.command(seat.live, HoldVoice(why="unasked"))
            runner.command(seat.live, ruling)
            host.start(seat.live.id, _ask(runner, host, seat, program, ruling))


def as_wished(
    runner: CallRunner, seat: Seat, recording: RoomRecording, *, keep_time: bool = True
) -> None:
    """Let a member's voice go on, rest or end as was asked for of the whole room."""
    if seat.live.call.ending:
        return
    if recording.state == "stopped":
        runner.command(seat.live, KeepVoice(on=False))
    else:
        paused = recording.state == "paused"
        runner.command(seat.live, HoldVoice(why="paused", on=paused, keep_time=keep_time))


async def _ask(
    runner: CallRunner, host: ProgramHost, seat: Seat, program: Program, ruling: RuleRecording
) -> None:
    alone = replace(ruling, parties=ruling.parties[:1], duties=ruling.duties[:1])
    try:
        language = program.context.language
        (owed,) = await call_recording.notices(host, language, [(seat.leg, None)], alone)
    except Refused:
        _left_out(runner, seat, "somebody could not be told that a stricter law came into the room")
        return
    overtaken = not seat.join.record or seat.asked != alone.duties[0]
    if not overtaken and not seat.live.call.ending:
        runner.command(seat.live, AskVoice(notice=owed.notice))


def _left_out(runner: CallRunner, seat: Seat, why: str) -> None:
    """This member is recorded no more."""
    seat.join = replace(seat.join, record=False)
    if not seat.live.call.ending:
        runner.command(seat.live, KeepVoice(on=False))
        runner.command(seat.live, Note(code="recording_not_permitted", text=why, level="warning"))


def _question(opened: OpenRoom, seat: Seat, program: Program) -> AskRecording:
    context = program.context
    return AskRecording(
        request=0,
        source="conference",
        first=address_of(seat),
        own=context.called if context.direction == "inbound" else context.caller,
        room=opened.name,
    )
