"""What somebody outside a room may do with it: end it, speak into it, change who is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ringfence.calls import conference
from ringfence.calls.commands import Heard
from ringfence.kernel.clock import Clock
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, ConferenceId, LegId, is_id
from ringfence.kernel.limits import ROOM_DIALLED_MAX, ROOM_NAME_CHARS
from ringfence.markup.context import Source
from ringfence.markup.parser import Document
from ringfence.markup.verbs import Conference, Dial
from ringfence.switch.outgoing import NO_WISHES, Outgoing, Wishes
from ringfence.switch.room_recording import RoomRecordingState
from ringfence.switch.rooms import OpenRoom, RoomDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Somebody is called to be in a room: whom, as what, and how long they stay at most."""

    to: str = field(repr=False)
    place: Conference
    time_limit_s: int = 14_400
    wishes: Wishes = NO_WISHES


class RoomControl:
    """See the module. Every method raises `Refused` (``not_found``) where there is no such room."""

    def __init__(self, desk: RoomDesk, outgoing: Outgoing, clock: Clock) -> None:
        self._desk = desk
        self._outgoing = outgoing
        self._clock = clock

    def room(self, sid: str) -> OpenRoom:
        """An open room."""
        found = self._desk.find(ConferenceId(sid))
        if found is None:
            raise Refused("not_found", "no conference of that SID is in progress")
        return found

    def end(self, sid: str) -> None:
        """Send everybody out."""
        self._desk.do(self.room(sid), conference.End())

    def announce(self, sid: str, heard: Heard, *, call: str | None = None) -> None:
        """Let everybody hear a document, or one member; who is being rung hears it once in."""
        opened = self.room(sid)
        if call is not None and (expected := opened.dialled.get(CallId(call))) is not None:
            self._desk.announcements.once_in(expected, heard)
            return
        seats = [*opened.seats.values()] if call is None else [opened.seat_of(CallId(call))]
        self._desk.announcements.announce(opened, heard, seats)

    def control_recording(self, sid: str, to: RoomRecordingState, *, skip: bool = False) -> None:
        """Pause what is recorded (``paused``), go on (``in-progress``) or stop (``stopped``).

        ``skip``: a pause leaves nothing, where it would be silence.
        """
        self._desk.control_recording(self.room(sid), to, skip=skip)

    def mute(self, sid: str, call: str, *, on: bool) -> None:
        """Let a member be heard by nobody, or again."""
        self._do(sid, call, lambda leg: conference.Mute(leg=leg, on=on), muted=on)

    def hold(self, sid: str, call: str, *, on: bool, heard: Heard | None = None) -> None:
        """Take a member out of the talk to hear ``heard`` (None: music), or put them back."""
        opened = self.room(sid)
        if on:
            place = opened.dialled.get(CallId(call)) or opened.seat_of(CallId(call))
            place.hold = heard
        self._do(sid, call, lambda leg: conference.Hold(leg=leg, on=on), held=on)

    def wait(self, sid: str, call: str, heard: Heard | None) -> None:
        """Change what a member hears until the room begins."""
        opened = self.room(sid)
        expected = opened.dialled.get(CallId(call))
        if expected is None:
            self._desk.change_wait(opened, opened.seat_of(CallId(call)), heard)
        else:
            expected.wait = (heard,)

    def coach(self, sid: str, call: str, whom: str | None) -> None:
        """Let a member be heard by the one of another call alone; None: by all again."""
        if whom is not None:
            self.room(sid).seat_of(CallId(whom))
        coached = None if whom is None else CallId(whom)
        self._do(sid, call, lambda leg: conference.Coach(leg=leg, whom=coached), coaching=coached)

    def settle(
        self,
        sid: str,
        call: str,
        *,
        end_on_exit: bool | None = None,
        beep_on_exit: bool | None = None,
    ) -> None:
        """Change what a member's leaving does."""
        changed = {} if end_on_exit is None else {"end_on_exit": end_on_exit}
        self._do(
            sid,
            call,
            lambda leg: conference.Settle(
                leg=leg, end_on_exit=end_on_exit, beep_on_exit=beep_on_exit
            ),
            **changed,
        )

    def _do(
        self,
        sid: str,
        call: str,
        wished: Callable[[LegId], conference.Command],
        **changed: Any,
    ) -> None:
        """Do something to a member now; to one who is being called in, once they are there.

        ``changed``: what it makes of `Expected`.
        """
        opened, known = self.room(sid), CallId(call)
        expected = opened.dialled.get(known)
        if expected is None:
            self._desk.do(opened, wished(opened.seat_of(known).leg))
            return
        commands = [*expected.commands, wished]
        expected = replace(expected, commands=commands, **changed)
        self._desk.change_expected(opened, known, expected)

    def remove(self, sid: str, call: str) -> None:
        """Put a member out; their call goes on with what follows."""
        opened = self.room(sid)
        self._desk.do(opened, conference.Remove(leg=opened.seat_of(CallId(call)).leg))

    def invite(self, room: str, invitation: Invitation) -> tuple[ConferenceId, CallId]:
        """Call somebody into a room, by its SID or by its name; a room that is not there opens."""
        if is_id(room, "conference"):
            opened = self.room(room)
        elif 0 < len(room) <= ROOM_NAME_CHARS:
            opened = self.room(self._desk.named(room))
        else:
            raise Refused("bad_argument", f"a name has 1 to {ROOM_NAME_CHARS} characters")
        if len(opened.dialled) >= ROOM_DIALLED_MAX:
            raise Refused("too_many_calls", "too many people are being called into this room")
        if opened.labelled(invitation.place.participant_label):
            raise Refused("label_taken", "another participant of this conference has that label")
        place = replace(invitation.place, room=opened.name)
        stay = Dial(targets=(place,), time_limit=invitation.time_limit_s)
        call = self._outgoing.place(
            invitation.to, source=Source(document=Document((stay,))), wishes=invitation.wishes
        )
        self._desk.expect(opened, call, place)
        return opened.id, call
