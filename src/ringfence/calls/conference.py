"""A conference room: who is in, who hears what, when it begins and when it ends.

    room    waiting ─start─▶ running ─end / empty─▶ ended
               └──────────end / empty─────────────▶ ended
    member  waiting ─start─▶ talking ⇄ held ─leave─▶ gone

A room waits until a member with ``start_on_enter`` is in; until then its members hear music. A
room is used once: whoever comes after its end finds it ended. One machine per room; the calls of
its members learn of it by the inputs in `Tell`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ringfence.calls import inputs
from ringfence.calls.events import ConferenceEnded, ConferenceStarted
from ringfence.calls.words import RoomExit
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.ids import AccountId, CallId, ClipId, ConferenceId, LegId, PartyId
from ringfence.kernel.limits import ROOM_MEMBERS_MAX

RoomState = Literal["waiting", "running", "ended"]
RoomTrigger = Literal["start", "end", "empty"]

ROOM_TABLE: dict[RoomState, dict[RoomTrigger, RoomState]] = {
    "waiting": {"start": "running", "end": "ended", "empty": "ended"},
    "running": {"end": "ended", "empty": "ended"},
    "ended": {},
}
"""Every transition of a room."""

MemberState = Literal["waiting", "talking", "held", "gone"]
MemberTrigger = Literal["start", "hold", "unhold", "leave"]

MEMBER_TABLE: dict[MemberState, dict[MemberTrigger, MemberState]] = {
    "waiting": {"start": "talking", "leave": "gone"},
    "talking": {"hold": "held", "leave": "gone"},
    "held": {"unhold": "talking", "leave": "gone"},
    "gone": {},
}
"""Every transition of a member."""

# --- commands -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Let a leg in; the fields are those of ``effects.EnterRoom``. ``person``: a human being."""

    leg: LegId
    call: CallId
    party: PartyId | None = None
    person: bool = True
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    moderator: bool = False
    max_members: int = 0
    beep: bool = True
    wait_clips: tuple[ClipId, ...] = ()


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
    clips: tuple[ClipId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Send everybody out. ``by``: as in `Remove`."""

    by: LegId | None = None


Command = Join | Leave | Remove | Mute | Hold | End

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
class Music:
    """Loop clips to a leg that is not in the mix; no clips: silence."""

    leg: LegId
    clips: tuple[ClipId, ...]


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
    what: inputs.RoomEntered | inputs.RoomLeft | inputs.Connected | inputs.Disconnected


Output = Mix | Unmix | SetMute | Music | StopMusic | Beep | Tell


class Member:
    """Somebody in the room."""

    __slots__ = ("accompanied", "joined", "muted", "state")

    def __init__(self, joined: Join) -> None:
        self.joined = joined
        self.muted = joined.muted
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
        self._events: list[ConferenceStarted | ConferenceEnded] = []
        self._started_at: Ms | None = None
        self._count = 0
        self._most = 0
        self.state: RoomState = "waiting"

    @property
    def members(self) -> tuple[LegId, ...]:
        """Who is in, in order of coming."""
        return tuple(self._members)

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
            case Remove():
                self._need_moderator(command.by)
                self._leave(command.leg, "removed", now)
            case Mute():
                if command.by != command.leg:
                    self._need_moderator(command.by)
                self._mute(command.leg, on=command.on)
            case Hold():
                self._need_moderator(command.by)
                self._hold(command)
            case End():
                self._need_moderator(command.by)
                self._end("end", now)

    def deadline(self) -> Ms | None:
        """A room has no time of its own: its members' calls have."""
        return None

    def fire(self, now: Ms) -> None:
        """Nothing is ever due."""

    def take_output(self) -> list[Output]:
        """Return and forget what is to be done, in order."""
        taken, self._out = self._out, []
        return taken

    def take_events(self) -> list[ConferenceStarted | ConferenceEnded]:
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
        if join.beep and others:
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
            self._out.append(Music(leg=join.leg, clips=join.wait_clips))
        self._accompany()

    def _start(self, member: Member, *, had_music: bool) -> None:
        member.step("start")
        leg = member.joined.leg
        if had_music:
            self._out.append(StopMusic(leg=leg))
        self._out.append(Mix(leg=leg, muted=member.muted))

    def _leave(self, leg: LegId, reason: RoomExit, now: Ms) -> None:
        member = self._members.pop(leg, None)
        if member is None:
            return
        self._out_with(member, reason)
        others = self._talking()
        if member.joined.beep and others:
            self._out.append(Beep(legs=others, came=False))
        if member.joined.end_on_exit:
            self._end("end", now)
        elif not self._members:
            self._end("empty", now)
        else:
            self._accompany()

    def _out_with(self, member: Member, reason: RoomExit) -> None:
        was = member.state
        member.step("leave")
        joined = member.joined
        if was == "talking":
            self._out.append(Unmix(leg=joined.leg))
        elif reason != "hung_up":
            self._out.append(StopMusic(leg=joined.leg))
        self._tell(joined.call, inputs.RoomLeft(leg=joined.leg, reason=reason))

    def _end(self, trigger: RoomTrigger, now: Ms) -> None:
        state = ROOM_TABLE[self.state].get(trigger)
        if state is None:
            return
        self.state = state
        members, self._members = tuple(self._members.values()), {}
        for member in members:
            self._out_with(member, "ended")
        self._events.append(
            ConferenceEnded(
                at=now,
                conference=self._conference,
                account=self._account,
                duration_ms=0 if self._started_at is None else now - self._started_at,
                members=self._count,
                most=self._most,
            )
        )

    # --- within the room --------------------------------------------------------------------------

    def _mute(self, leg: LegId, *, on: bool) -> None:
        member = self._members.get(leg)
        if member is None or member.muted == on:
            return
        member.muted = on
        if member.state == "talking":
            self._out.append(SetMute(leg=leg, on=on))

    def _hold(self, hold: Hold) -> None:
        member = self._members.get(hold.leg)
        if member is None or not member.step("hold" if hold.on else "unhold"):
            return
        if hold.on:
            self._out.append(Unmix(leg=hold.leg))
            self._out.append(Music(leg=hold.leg, clips=hold.clips))
        else:
            self._out.append(StopMusic(leg=hold.leg))
            self._out.append(Mix(leg=hold.leg, muted=member.muted))
        self._accompany()

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

    def _tell(
        self,
        call: CallId,
        what: inputs.RoomEntered | inputs.RoomLeft | inputs.Connected | inputs.Disconnected,
    ) -> None:
        self._out.append(Tell(call=call, what=what))
