"""Tells whoever asked for it what happens in a room: Twilio's conference events.

The first member who names an address is whose wish counts, as there. Every message has a number of
its own, from 1, so that whoever is told can put them in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from ringfence.calls import room_events
from ringfence.calls.commands import Told
from ringfence.calls.conference import Room
from ringfence.calls.words import RoomExit
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, ConferenceId
from ringfence.markup.context import END_WORDS
from ringfence.markup.exchange import Callback, Params

if TYPE_CHECKING:
    from ringfence.switch.program_host import ProgramHost
    from ringfence.switch.seats import Seat

_PART_WORDS: Mapping[RoomExit, str] = {
    "left": "participant_updated_via_api",
    "hung_up": "participant_hung_up",
    "removed": "participant_updated_via_api",
    "ended": "moderator_ended_conference",
    "full": "participant_failed_to_join",
    "label_taken": "participant_failed_to_join",
    "failed": "participant_failed_to_join",
}
"""``ReasonParticipantLeft``."""
_CHANGES: Mapping[room_events.RoomChange, tuple[str, str]] = {
    "muted": ("mute", "participant-mute"),
    "unmuted": ("mute", "participant-unmute"),
    "held": ("hold", "participant-hold"),
    "unheld": ("hold", "participant-unhold"),
    "changed": ("modify", "participant-modify"),
}
"""What was changed → the word it is asked for by, and the event."""


class RoomNews:
    """The messages about one room."""

    def __init__(
        self, conference: ConferenceId, name: str, account: AccountId, host: ProgramHost
    ) -> None:
        self._conference = conference
        self._name = name
        self._account = account
        self._host = host
        self._told: Told | None = None
        self._number = 0
        self._last: CallId | None = None
        self._speaking: set[CallId] = set()
        self._known: dict[CallId, tuple[bool, bool, CallId | None, bool]] = {}
        """How a member was told last: muted, held, coaching, ends it. Who has left is told so."""

    def listen(self, told: Told | None) -> None:
        """Somebody wants to be told; the first who does is."""
        if self._told is None:
            self._told = told

    def tell(self, fact: room_events.RoomFact, seats: Mapping[CallId, Seat], room: Room) -> None:
        """Something happened."""
        match fact:
            case room_events.ConferenceStarted():
                self.say("start", "conference-start", fact.at)
            case room_events.RoomJoined():
                self._last = fact.call
                self.say("join", "participant-join", fact.at, self._member(fact.call, seats, room))
            case room_events.RoomChanged():
                word, event = _CHANGES[fact.what]
                self.say(word, event, fact.at, self._member(fact.call, seats, room, fact))
            case room_events.RoomParted():
                member = self._member(fact.call, seats, room)
                self._known.pop(fact.call, None)
                self.say(
                    "leave",
                    "participant-leave",
                    fact.at,
                    (
                        *member,
                        ("ReasonParticipantLeft", _PART_WORDS[fact.reason]),
                    ),
                )
            case room_events.ConferenceEnded():
                more: Params = (("ReasonConferenceEnded", END_WORDS[fact.reason]),)
                if fact.call is not None:
                    more = (*more, ("CallSidEndingConference", fact.call))
                self.say("end", "conference-end", fact.at, more)
            case _:
                pass

    def wants(self, word: str) -> bool:
        """Whether somebody asked for these."""
        return self._told is not None and word in self._told.events

    def speech(
        self, call: CallId, seats: Mapping[CallId, Seat], room: Room, at: Ms, *, on: bool
    ) -> None:
        """A member began to speak, or fell silent; silence is news after speech alone."""
        if on:
            self._speaking.add(call)
        elif call in self._speaking:
            self._speaking.discard(call)
        else:
            return
        event = f"participant-speech-{'start' if on else 'stop'}"
        self.say("speaker", event, at, self._member(call, seats, room))

    def say(self, word: str, event: str, at: Ms, more: Params = ()) -> None:
        """Send one message, where it is asked for."""
        told = self._told
        if told is None or word not in told.events or self._last is None:
            return
        self._number += 1
        params: Params = (
            ("AccountSid", self._account),
            ("ConferenceSid", self._conference),
            ("FriendlyName", self._name),
            ("StatusCallbackEvent", event),
            ("SequenceNumber", str(self._number)),
            ("Timestamp", format_datetime(datetime.fromtimestamp(at / 1000, UTC))),
            *more,
        )
        request = Callback(
            url=told.url,
            method="GET" if told.method == "GET" else "POST",
            params=params,
            kind="conference",
            event=event,
            subject=self._conference,
        )
        self._host.perform(self._last, request)

    def _member(
        self,
        call: CallId,
        seats: Mapping[CallId, Seat],
        room: Room,
        fact: room_events.RoomChanged | None = None,
    ) -> Params:
        seat = seats.get(call)
        member = None if seat is None else room.member(seat.leg)
        if seat is None:
            return (("CallSid", call),)
        join = seat.join
        joined = (join.muted, False, join.coach, join.end_on_exit)
        muted, held, coach, ends = self._known.get(call, joined)
        if fact is not None:
            muted, held, coach, ends = fact.muted, fact.held, fact.coaching, fact.end_on_exit
        elif member is not None:
            muted, held = member.muted, member.state in {"held", "parked"}
            coach, ends = member.coach, member.end_on_exit
        self._known[call] = muted, held, coach, ends
        params: Params = (
            ("CallSid", call),
            ("Muted", _word(muted)),
            ("Hold", _word(held)),
            ("Coaching", _word(coach is not None)),
            ("StartConferenceOnEnter", _word(join.start_on_enter)),
            ("EndConferenceOnExit", _word(ends)),
        )
        if coach is not None:
            params = (*params, ("CallSidToCoach", coach))
        if join.label:
            params = (*params, ("ParticipantLabel", join.label))
        return params


def _word(yes: bool) -> str:
    return "true" if yes else "false"
