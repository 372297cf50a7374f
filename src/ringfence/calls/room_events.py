"""Facts about a conference room: what happened in it, to which call, and how it ended.

They are facts of the room and of no single call; what a call of it is told becomes facts of that
call (`ringfence.calls.events`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from ringfence.calls.words import RoomEnd, RoomExit
from ringfence.kernel.clock import Ms
from ringfence.kernel.events import Event
from ringfence.kernel.ids import AccountId, CallId, ConferenceId
from ringfence.privacy.labels import ACCOUNT_ID, CALL_FACT, CALL_ID, CALL_TIME


class RoomFact(Event, frozen=True, kw_only=True):
    """What every fact of a conference room has: when, which room, whose."""

    at: Annotated[Ms, CALL_TIME]
    conference: Annotated[ConferenceId, CALL_ID]
    account: Annotated[AccountId, ACCOUNT_ID]


class ConferenceStarted(RoomFact, frozen=True, kw_only=True):
    """The room runs: its members hear each other."""


RoomChange = Literal["muted", "unmuted", "held", "unheld", "changed"]


class RoomJoined(RoomFact, frozen=True, kw_only=True):
    """A call came in. ``coaching``: the call of whoever alone hears it."""

    call: Annotated[CallId, CALL_ID]
    muted: Annotated[bool, CALL_FACT] = False
    coaching: Annotated[CallId | None, CALL_ID] = None
    start_on_enter: Annotated[bool, CALL_FACT] = True
    end_on_exit: Annotated[bool, CALL_FACT] = False


class RoomChanged(RoomFact, frozen=True, kw_only=True):
    """A member was muted, held, set to coach, or back. The rest: how things stand now."""

    call: Annotated[CallId, CALL_ID]
    what: Annotated[RoomChange, CALL_FACT]
    muted: Annotated[bool, CALL_FACT]
    held: Annotated[bool, CALL_FACT]
    coaching: Annotated[CallId | None, CALL_ID]
    end_on_exit: Annotated[bool, CALL_FACT]


class RoomParted(RoomFact, frozen=True, kw_only=True):
    """A call is out of the room."""

    call: Annotated[CallId, CALL_ID]
    reason: Annotated[RoomExit, CALL_FACT]


class ConferenceEnded(RoomFact, frozen=True, kw_only=True):
    """The room is over. ``members``: how many were in, in all; ``most``: at one time.

    ``call``: whose leaving ended it, None where it was asked for.
    """

    reason: Annotated[RoomEnd, CALL_FACT]
    call: Annotated[CallId | None, CALL_ID]

    duration_ms: Annotated[int, CALL_FACT]
    members: Annotated[int, CALL_FACT]
    most: Annotated[int, CALL_FACT]


ROOM_FACTS: tuple[type[RoomFact], ...] = (
    ConferenceStarted,
    RoomJoined,
    RoomChanged,
    RoomParted,
    ConferenceEnded,
)
"""Every kind of fact a room can report."""
