"""A conference room: who is in, who hears what, when it begins and when it ends.

    room    waiting ─start─▶ running ─end / empty─▶ ended
               └──────────end / empty─────────────▶ ended
    member  waiting ─start─▶ talking ─leave─▶ gone
               ⇅ hold           ⇅ hold
             parked ─start─▶  held   ─leave─▶ gone

A room waits until a member with ``start_on_enter`` is in; until then its members hear music. A
room is used once: whoever comes after its end finds it ended. A coach hears everybody and is heard
by one. One machine per room; the calls of its members learn of it by the inputs in `Tell`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ringfence.calls import inputs
from ringfence.calls.room_events import (
    ConferenceEnded,
    ConferenceStarted,
    RoomChange,
    RoomChanged,
    RoomFact,
    RoomJoined,
    RoomParted,
)
from ringfence.calls.words import RoomBeep, RoomEnd, RoomExit, RoomMusic
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.ids import AccountId, CallId, ConferenceId, LegId, PartyId
from ringfence.kernel.limits import ROOM_MEMBERS_MAX

RoomState = Literal["waiting", "running", "ended"]
RoomTrigger = Literal["start", "end", "empty"]

ROOM_TABLE: dict[RoomState, dict[RoomTrigger, RoomState]] = {
    "waiting": {"start": "running", "end": "ended", "empty": "ended"},
    "running": {"end": "ended", "empty": "ended"},
    "ended": {},
}
"""Every transition of a room."""

MemberState = Literal["waiting", "parked", "talking", "held", "gone"]
MemberTrigger = Literal["start", "hold", "unhold", "leave"]

MEMBER_TABLE: dict[MemberState, dict[MemberTrigger, MemberState]] = {
    "waiting": {"start": "talking", "hold": "parked", "leave": "gone"},
    "parked": {"start": "held", "unhold": "waiting", "leave": "gone"},
    "talking": {"hold": "held", "leave": "gone"},
    "held": {"unhold": "talking", "leave": "gone"},
    "gone": {},
}
"""Every transition of a member."""

# --- commands -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Let a leg in; see ``commands.JoinConference``. ``person``: a human being."""

    leg: LegId
    call: CallId
    party: PartyId | None = None
    person: bool = True
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    moderator: bool = False
    max_members: int = 0
    beep: RoomBeep = "both"
    coach: CallId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A member goes, by its own wish or because it hung up. One who is not in is fine."""

    leg: LegId
    hung_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Put a member out. ``by``: the member who wants it, None for the API."""

    leg: LegId
    by: LegId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Let a member be heard by nobody, or again. ``by``: as in `Remove`; oneself is allowed."""

    leg: LegId
    on: bool
    by: LegId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Take a member out of the mix, with music, and back. ``by``: as in `Remove`."""

    leg: LegId
    on: bool
    by: LegId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coach:
    """Let a member be heard by the member of one call alone; ``whom`` None: by all again."""

    leg: LegId
    whom: CallId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Change what a member's leaving does; None leaves it as it is."""

    leg: LegId
    end_on_exit: bool | None = None
    beep_on_exit: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Send everybody out. ``by``: as in `Remove`."""

    by: LegId | None = None


Command = Join | Leave | Remove | Mute | Hold | Coach | Settle | End

# --- output ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Put a leg's audio into the room's mix."""

    leg: LegId
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmix:
    """Take a leg's audio out of the mix."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMute:
    """Let a leg in the mix be heard by nobody, or again."""

    leg: LegId
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """Let a leg in the mix be heard by ``to`` alone; None: by everybody again."""

    leg: LegId
    to: LegId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """Let a leg that is not in the mix hear something."""

    leg: LegId
    what: RoomMusic


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMusic:
    """Stop them."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class Beep:
    """Sound a short tone to legs in the mix: somebody came or went."""

    legs: tuple[LegId, ...]
    came: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Give an input to a member's call."""

    call: CallId
    what: RoomInput


RoomInput = (
    inputs.RoomEntered
    | inputs.RoomLeft
    | inputs.RoomMuted
    | inputs.RoomHeld
    | inputs.Connected
    | inputs.Disconnected
)
"""What a room may tell a call."""

Output = Mix | Unmix | SetMute | Whisper | Music | StopMusic | Beep | Tell


class Member:
    """Somebody in the room."""

    __slots__ = (
        "accompanied",
        "beep_on_exit",
        "coach",
        "end_on_exit",
        "joined",
        "muted",
        "state",
        "whispers",
    )

    def __init__(self, joined: Join) -> None:
        self.joined = joined
        self.muted = joined.muted
        self.coach = joined.coach
        self.end_on_exit = joined.end_on_exit
        self.beep_on_exit = joined.beep in {"both", "exit"}
        self.whispers: LegId | None = None
        self.accompanied = False
        self.state: MemberState = "waiting"

    def step(self, trigger: MemberTrigger) -> bool:
        """Move along the table; False when the state has no such transition."""
        state = MEMBER_TABLE[self.state].get(trigger)
        if state is None:
            return False
        self.state = state
        return True


class Room:
    """One conference."""

    __slots__ = (
        "_account",
        "_conference",
        "_count",
        "_events",
        "_members",
        "_most",
        "_out",
        "_started_at",
        "state",
    )

    def __init__(self, conference: ConferenceId, *, account: AccountId) -> None:
        self._conference = conference
        self._account = account
        self._members: dict[LegId, Member] = {}
        self._out: list[Output] = []
        self._events: list[RoomFact] = []
        self._started_at: Ms | None = None
        self._count = 0
        self._most = 0
        self.state: RoomState = "waiting"

    @property
    def members(self) -> tuple[LegId, ...]:
        """Who is in, in order of coming."""
        return tuple(self._members)

    def member(self, leg: LegId) -> Member | None:
        """Return who is in with a leg."""
        return self._members.get(leg)

    def leg_of(self, call: CallId) -> LegId | None:
        """Return the leg with which a call is in."""
        return next((leg for leg, m in self._members.items() if m.joined.call == call), None)

    def do(self, command: Command, now: Ms) -> None:
        """Carry out a command.

        Raises `Refused` (``not_moderator``) when a member wants what only a moderator may, and
        `LocalError` when a leg comes in twice.
        """
        match command:
            case Join():
                self._join(command, now)
            case Leave():
                self._leave(command.leg, "hung_up" if command.hung_up else "left", now)
            case Coach():
                self._coach(command, now)
            case Settle():
                self._settle(command, now)
            case Remove():
                self._need_moderator(command.by)
                self._leave(command.leg, "removed", now)
            case Mute():
                if command.by != command.leg:
                    self._need_moderator(command.by)
                self._mute(command.leg, now, on=command.on)
            case Hold():
                self._need_moderator(command.by)
                self._hold(command, now)
            case End():
                self._need_moderator(command.by)
                self._end("end", "api", now)

    def deadline(self) -> Ms | None:
        """A room has no time of its own: its members' calls have."""
        return None

    def fire(self, now: Ms) -> None:
        """Nothing is ever due."""

    def take_output(self) -> list[Output]:
        """Return and forget what is to be done, in order."""
        taken, self._out = self._out, []
        return taken

    def take_events(self) -> list[RoomFact]:
        """Return and forget what happened."""
        taken, self._events = self._events, []
        return taken

    # --- coming and going -------------------------------------------------------------------------

    def _join(self, join: Join, now: Ms) -> None:
        if join.leg in self._members:
            raise LocalError("the leg is in the room")
        most = min(join.max_members or ROOM_MEMBERS_MAX, ROOM_MEMBERS_MAX)
        if self.state == "ended" or len(self._members) >= most:
            reason: RoomExit = "ended" if self.state == "ended" else "full"
            self._tell(join.call, inputs.RoomLeft(leg=join.leg, reason=reason))
            return
        member = Member(join)
        others = self._talking()
        self._members[join.leg] = member
        self._count += 1
        self._most = max(self._most, len(self._members))
        self._tell(join.call, inputs.RoomEntered(leg=join.leg, members=len(self._members)))
        self._events.append(
            RoomJoined(
                at=now,
                conference=self._conference,
                account=self._account,
                call=join.call,
                muted=join.muted,
                coaching=join.coach,
                start_on_enter=join.start_on_enter,
                end_on_exit=join.end_on_exit,
            )
        )
        if join.beep in {"both", "enter"} and others:
            self._out.append(Beep(legs=others, came=True))
        if self.state == "waiting" and join.start_on_enter:
            self.state = ROOM_TABLE[self.state]["start"]
            self._started_at = now
            self._events.append(
                ConferenceStarted(at=now, conference=self._conference, account=self._account)
            )
            for waiting in self._members.values():
                self._start(waiting, had_music=waiting is not member)
        elif self.state == "running":
            self._start(member, had_music=False)
        else:
            self._out.append(Music(leg=join.leg, what="wait"))
        self._whisper()
        self._accompany()

    def _start(self, member: Member, *, had_music: bool) -> None:
        member.step("start")
        leg = member.joined.leg
        if member.state == "held":
            return  # the music of its hold goes on
        if had_music:
            self._out.append(StopMusic(leg=leg))
        self._out.append(Mix(leg=leg, muted=member.muted))

    def _leave(self, leg: LegId, reason: RoomExit, now: Ms) -> None:
        member = self._members.pop(leg, None)
        if member is None:
            return
        self._out_with(member, reason, now)
        others = self._talking()
        if member.beep_on_exit and others:
            self._out.append(Beep(legs=others, came=False))
        removed = reason == "removed"
        if member.end_on_exit:
            why: RoomEnd = "exit_removed" if removed else "exit_left"
            self._end("end", why, now, by=member.joined.call)
        elif not self._members:
            why = "last_removed" if removed else "last_left"
            self._end("empty", why, now, by=member.joined.call)
        else:
            self._whisper()
            self._accompany()

    def _out_with(self, member: Member, reason: RoomExit, now: Ms) -> None:
        was = member.state
        member.step("leave")
        joined = member.joined
        if was == "talking":
            self._out.append(Unmix(leg=joined.leg))
        elif reason != "hung_up":
            self._out.append(StopMusic(leg=joined.leg))
        self._tell(joined.call, inputs.RoomLeft(leg=joined.leg, reason=reason))
        self._events.append(
            RoomParted(
                at=now,
                conference=self._conference,
                account=self._account,
                call=joined.call,
                reason=reason,
            )
        )

    def _end(
        self, trigger: RoomTrigger, reason: RoomEnd, now: Ms, *, by: CallId | None = None
    ) -> None:
        state = ROOM_TABLE[self.state].get(trigger)
        if state is None:
            return
        self.state = state
        members, self._members = tuple(self._members.values()), {}
        for member in members:
            self._out_with(member, "ended", now)
        self._events.append(
            ConferenceEnded(
                at=now,
                conference=self._conference,
                account=self._account,
                reason=reason,
                call=by,
                duration_ms=0 if self._started_at is None else now - self._started_at,
                members=self._count,
                most=self._most,
            )
        )

    # --- within the room --------------------------------------------------------------------------

    def _mute(self, leg: LegId, now: Ms, *, on: bool) -> None:
        member = self._members.get(leg)
        if member is None or member.muted == on:
            return
        member.muted = on
        if member.state == "talking":
            self._out.append(SetMute(leg=leg, on=on))
        self._changed(member, "muted" if on else "unmuted", now)
        self._tell(member.joined.call, inputs.RoomMuted(leg=leg, on=on))

    def _hold(self, hold: Hold, now: Ms) -> None:
        member = self._members.get(hold.leg)
        if member is None:
            return
        was = member.state
        if not member.step("hold" if hold.on else "unhold"):
            return
        if was == "talking":
            self._out.append(Unmix(leg=hold.leg))
        else:
            self._out.append(StopMusic(leg=hold.leg))
        if member.state == "talking":
            self._out.append(Mix(leg=hold.leg, muted=member.muted))
        else:
            self._out.append(Music(leg=hold.leg, what="hold" if hold.on else "wait"))
        self._changed(member, "held" if hold.on else "unheld", now)
        self._tell(member.joined.call, inputs.RoomHeld(leg=hold.leg, on=hold.on))
        self._whisper()
        self._accompany()

    def _coach(self, command: Coach, now: Ms) -> None:
        member = self._members.get(command.leg)
        if member is not None and member.coach != command.whom:
            member.coach = command.whom
            self._changed(member, "changed", now)
            self._whisper()

    def _settle(self, command: Settle, now: Ms) -> None:
        member = self._members.get(command.leg)
        if member is None:
            return
        if command.beep_on_exit is not None:
            member.beep_on_exit = command.beep_on_exit
        if command.end_on_exit not in {None, member.end_on_exit}:
            member.end_on_exit = bool(command.end_on_exit)
            self._changed(member, "changed", now)

    def _changed(self, member: Member, what: RoomChange, now: Ms) -> None:
        self._events.append(
            RoomChanged(
                at=now,
                conference=self._conference,
                account=self._account,
                call=member.joined.call,
                what=what,
                muted=member.muted,
                held=member.state in {"held", "parked"},
                coaching=member.coach,
                end_on_exit=member.end_on_exit,
            )
        )

    def _whisper(self) -> None:
        """Let every coach in the mix be heard by whom they coach alone.

        A coach whose pupil is not in the mix is heard by nobody: by themselves, that is.
        """
        for leg, member in self._members.items():
            to: LegId | None = None
            if member.state == "talking" and member.coach is not None:
                pupil = self.leg_of(member.coach)
                mixed = pupil is not None and self._members[pupil].state == "talking"
                to = pupil if mixed else leg
            if to != member.whispers:
                member.whispers = to
                if member.state == "talking":
                    self._out.append(Whisper(leg=leg, to=to))

    def _need_moderator(self, by: LegId | None) -> None:
        member = None if by is None else self._members.get(by)
        if by is not None and (member is None or not member.joined.moderator):
            raise Refused("not_moderator", "only a moderator of the room may do that")

    def _talking(self) -> tuple[LegId, ...]:
        return tuple(leg for leg, member in self._members.items() if member.state == "talking")

    def _accompany(self) -> None:
        """Tell each member when it is first with somebody, and when it is alone again."""
        talking = self._talking()
        for leg, member in self._members.items():
            with_others = member.state == "talking" and len(talking) > 1
            if with_others == member.accompanied:
                continue
            member.accompanied = with_others
            if not with_others:
                self._tell(member.joined.call, inputs.Disconnected(leg=leg))
                continue
            other = self._members[talking[0] if talking[0] != leg else talking[1]].joined
            self._tell(
                member.joined.call,
                inputs.Connected(
                    leg=leg,
                    peer=other.leg,
                    peer_call=other.call,
                    party=other.party,
                    person=other.person,
                    bridge=False,
                ),
            )

    def _tell(self, call: CallId, what: RoomInput) -> None:
        self._out.append(Tell(call=call, what=what))
