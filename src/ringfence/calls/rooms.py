"""Being in a conference room, seen from one call; the room itself is `ringfence.calls.conference`.

entering ─entered─▶ inside ─stop─▶ leaving ─left─▶ done
    └──────────────── left ──────────────────────▶ done
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from ringfence.calls import effects, events, inputs, notices
from ringfence.calls.activity import Activity
from ringfence.calls.causes import Cause
from ringfence.calls.commands import JoinConference
from ringfence.calls.core import CallCore
from ringfence.calls.leg import Leg
from ringfence.calls.words import RoomExit
from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import ROOM_LEAVE_MS

StayState = Literal["entering", "inside", "leaving", "done"]
StayTrigger = Literal["entered", "stop", "left"]

STAY_TABLE: dict[StayState, dict[StayTrigger, StayState]] = {
    "entering": {"entered": "inside", "stop": "leaving", "left": "done"},
    "inside": {"stop": "leaving", "left": "done"},
    "leaving": {"entered": "leaving", "left": "done"},
    "done": {},
}
"""Every transition of a stay. Leaving waits for the room, because its mixer goes first."""


class ConferenceStay(Activity):
    """A `commands.JoinConference` under way."""

    __slots__ = ("_command", "_entered_at", "_silent", "_tell", "state")
    shared = True

    def __init__(self, core: CallCore, command: JoinConference) -> None:
        super().__init__(core)
        self._command = command
        self._entered_at: Ms | None = None
        self._silent = {"muted"} if command.muted else set[str]()
        self._tell = True
        self.state: StayState = "entering"

    def begin(self) -> None:
        """Ask the room for a place."""
        first = self.core.first()
        self.core.effects.append(
            effects.EnterRoom(
                leg=first.id, join=self._command, party=first.party, person=first.person
            )
        )

    @property
    def accepts_partner(self) -> bool:
        """Other members are always welcome."""
        return True

    def hear(self, x: object) -> None:
        """Follow the room."""
        match x:
            case inputs.RoomEntered():
                self._entered(x)
            case inputs.RoomLeft():
                self._done(x.reason)
            case inputs.RoomMuted() if self.state == "inside":
                core = self.core
                core.facts.append(events.LegMuted(at=core.now, call=core.call, leg=x.leg, on=x.on))
                self.hush("muted", on=x.on)
            case inputs.RoomHeld() if self.state == "inside":
                core = self.core
                core.facts.append(events.LegHeld(at=core.now, call=core.call, leg=x.leg, on=x.on))
                self.hush("held", on=x.on)
            case inputs.Connected() if self.state == "inside":
                # Somebody else is in the room: the audio is the room's business, not a bridge.
                if x.person:
                    self.core.person_answered(x.peer, x.party)
                    self.core.talk_begins()
            case inputs.Disconnected():
                self.core.talk_stops()
            case _:
                pass

    def _entered(self, x: inputs.RoomEntered) -> None:  # noqa: ARG002 - the count is the room's
        state = STAY_TABLE[self.state].get("entered")
        if state is None:
            return
        core = self.core
        was, self.state = self.state, state
        if was != "entering":
            return
        self._entered_at = core.now
        core.company(core.first().id, told=False)  # whoever else is in there
        core.facts.append(
            events.ConferenceJoined(
                at=core.now,
                call=core.call,
                conference=self._command.conference,
                leg=core.first().id,
            )
        )
        self._record()
        if self._command.time_limit_ms:
            core.timers.set("activity", core.now + self._command.time_limit_ms, "limit")

    def _record(self) -> None:
        """Keep what this member says, while the others hear it."""
        core = self.core
        if self._command.record and not self._silent and self.state == "inside":
            core.record_said("conference", core.first(), trim=self._command.trim)

    def hush(self, why: str, *, on: bool, keep_time: bool = True) -> None:
        """What nobody in the room hears, or nobody may keep, is in no recording of it."""
        if on:
            self._silent.add(why)
            self.core.rest_recordings("conference", keep_time=keep_time)
        else:
            self._silent.discard(why)
            self._record()

    def keep(self, *, on: bool) -> None:
        """Begin to record this member, or do it no more."""
        self._command = replace(self._command, record=on)
        if on:
            self._record()
        else:
            self.core.stop_recordings("conference")

    def voice_answered(self, *, agreed: bool) -> None:
        """They know of it, or agree; or they are left out from here on."""
        if agreed:
            self.hush("unasked", on=False)
        else:
            self.core.note("recording_not_permitted", "this member is recorded no more")
            self.keep(on=False)

    def digit(self, leg: Leg, digit: str) -> bool:  # noqa: ARG002
        """The star leaves where that was asked for; other keys are nobody's."""
        if digit == "*" and self._command.hangup_on_star:
            self.stop(Cause.NORMAL)
        return True

    def timer(self, subject: str) -> None:  # noqa: ARG002
        """The time in the room is over, or the room does not answer."""
        if self.state == "leaving":
            self._done("left")
        else:
            self.stop(Cause.MAX_DURATION)

    def stop(self, cause: Cause, *, tell: bool = True) -> None:  # noqa: ARG002
        """Leave; the program goes on when the room has let go, or at once if another takes over."""
        core = self.core
        state = STAY_TABLE[self.state].get("stop")
        if state is not None:
            self.state = state
            self._leave()
            core.timers.set("activity", core.now + ROOM_LEAVE_MS, "limit")
        if not tell:
            self._tell = False
            self._done("left")

    def call_over(self) -> None:
        """The member has hung up."""
        if self.state in {"entering", "inside"}:
            self._leave(hung_up=True)
        self._done("hung_up")

    def _leave(self, *, hung_up: bool = False) -> None:
        self.core.effects.append(
            effects.LeaveRoom(
                leg=self.core.first().id, conference=self._command.conference, hung_up=hung_up
            )
        )

    def _done(self, reason: RoomExit) -> None:
        core = self.core
        if self.state == "done":
            return
        self.state = STAY_TABLE[self.state]["left"]
        core.activity = None
        core.left_room()
        core.company(core.first().id, told=True)
        core.timers.clear("activity", "limit")
        core.talk_stops()
        core.stop_recordings("conference")
        duration_ms = 0 if self._entered_at is None else core.now - self._entered_at
        if self._entered_at is not None:
            core.facts.append(
                events.ConferenceLeft(
                    at=core.now,
                    call=core.call,
                    conference=self._command.conference,
                    leg=core.first().id,
                    reason=reason,
                    duration_ms=duration_ms,
                )
            )
        if self._tell:
            core.tell(
                notices.ConferenceFinished(
                    reason=reason, duration_ms=duration_ms, hung_up=core.over
                )
            )
