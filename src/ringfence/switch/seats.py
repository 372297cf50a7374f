"""Who sits in a room, and what is kept of a room while it is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ringfence.calls.commands import Heard, JoinConference
from ringfence.calls.conference import Command, Room
from ringfence.calls.words import RecordingDuty
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, ConferenceId, LegId
from ringfence.kernel.phone import Phone
from ringfence.switch.live import LiveCall
from ringfence.switch.media_link import MediaLink
from ringfence.switch.narrator import Narrator
from ringfence.switch.room_news import RoomNews
from ringfence.switch.room_recording import RoomRecording


@dataclass(slots=True)
class Seat:
    """One member: its call, its wishes, and what it hears while it is not in the mix.

    ``asked``: the most they were told or asked about the recording since they came in.
    """

    live: LiveCall
    leg: LegId
    join: JoinConference
    came: Ms
    narrator: Narrator | None = None
    asked: RecordingDuty = "none"
    hold: Heard | None = None
    wait: Heard | None = None


@dataclass(slots=True)
class Expected:
    """Somebody who is being called in: how they are shown, and what is done once they are there.

    ``wait``: None for what the call itself says. ``commands``: in the order they were wished.
    ``announced``: what they hear first, in order. ``label``: what they are also known by.
    """

    muted: bool = False
    held: bool = False
    coaching: CallId | None = None
    end_on_exit: bool = False
    hold: Heard | None = None
    wait: tuple[Heard | None] | None = None
    commands: list[Callable[[LegId], Command]] = field(default_factory=list)
    announced: list[Heard] = field(default_factory=list)
    label: str = ""


@dataclass(slots=True, eq=False)
class Announced:
    """What members hear or wait to hear. ``narrator``, ``call``: who says it now, and the call
    that is asked for in the world; None until it begins."""

    heard: Heard
    legs: list[LegId]
    narrator: Narrator | None = None
    call: CallId | None = None


@dataclass(slots=True)
class OpenRoom:
    """One room. ``link``: the media worker that mixes it. ``announced``: announcements under way
    and those that wait, in the order they were wished. ``dialled``: who is being called in, by
    their call."""

    id: ConferenceId
    name: str
    room: Room
    news: RoomNews
    opened: Ms
    touched: Ms
    recording: RoomRecording | None = None
    link: MediaLink | None = None
    seats: dict[LegId, Seat] = field(default_factory=dict)
    announced: list[Announced] = field(default_factory=list)
    dialled: dict[CallId, Expected] = field(default_factory=dict)

    def seat_of(self, call: CallId) -> Seat:
        """The member of a call. Raises `Refused`."""
        for seat in self.seats.values():
            if seat.live.id == call:
                return seat
        raise Refused("not_found", "no such participant in this conference")

    def labelled(self, label: str, *, but: CallId | None = None) -> bool:
        """Whether another call than ``but`` is here, or on the way, under that label."""
        there = {seat.live.id: seat.join.label for seat in self.seats.values()}
        there |= {call: expected.label for call, expected in self.dialled.items()}
        return bool(label) and any(found == label and call != but for call, found in there.items())


def address_of(seat: Seat) -> Phone | str:
    """Who a member is: of a call to us whoever called, of ours whoever was called."""
    program = seat.live.program
    if program is None:
        return ""
    context = program.context
    return context.caller if context.direction == "inbound" else context.called


def rate_of(seat: Seat) -> int:
    """Wide where the member who opens the mix speaks a wide codec."""
    leg = seat.live.legs.get(seat.leg)
    wide = leg is not None and leg.session is not None and leg.session.codec == "G722"
    return 16_000 if wide else 8_000
