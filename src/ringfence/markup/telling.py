"""Status callbacks of a whole call: initiated, ringing, answered, completed, from its facts.

Made of facts, not of notices, because they are told about calls whose program never began (nobody
answered) as well. Parameters: https://www.twilio.com/docs/voice/api/call-resource, "Call progress
events"; those of a dial's legs are in `ringfence.markup.progress`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal, Protocol

from ringfence.calls import events
from ringfence.calls.causes import CAUSES, word
from ringfence.calls.events import CallFact
from ringfence.calls.words import RecordingAsker
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import RecordingId
from ringfence.markup.context import Context, base_params, recording_params, whole_seconds
from ringfence.markup.exchange import Callback, Params, Value
from ringfence.markup.verbs import Method

CallStep = Literal["initiated", "ringing", "answered", "completed"]

STEPS: tuple[CallStep, ...] = ("initiated", "ringing", "answered", "completed")
_STATUS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCallback:
    """Who is told how a call fares: ``url`` (absolute http or https) of which ``steps``."""

    url: str = field(repr=False)
    method: Method = "POST"
    steps: tuple[CallStep, ...] = ("completed",)


RecordingStep = Literal["in-progress", "completed", "absent"]

RECORDING_STEPS: tuple[RecordingStep, ...] = ("in-progress", "completed", "absent")
_SOURCES: dict[RecordingAsker, str] = {
    "api": "StartCallRecordingAPI",
    "placing": "OutboundAPI",
    "program": "RecordVerb",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingCallback:
    """Who is told how a recording fares: ``url`` of which ``steps``."""

    url: str = field(repr=False)
    method: Method = "POST"
    steps: tuple[RecordingStep, ...] = ("completed",)


class Teller(Protocol):
    """Makes callbacks of a call's facts."""

    def hear(self, fact: CallFact) -> Iterable[Callback]:
        """Return what somebody is to be told of it."""
        ...


class StatusTeller:
    """Tells one URL how one call fares."""

    __slots__ = ("_answered_by", "_context", "_first", "_recording", "_sent", "_sip", "wanted")

    def __init__(self, context: Context, wanted: StatusCallback) -> None:
        self.wanted = wanted
        self._context = context
        self._first: str = ""
        self._sip = 0
        self._recording: Params = ()
        self._answered_by: Params = ()
        self._sent = 0

    def hear(self, fact: CallFact) -> list[Callback]:
        """Return the callback a fact is worth, if it is."""
        match fact:
            case events.CallOffered() | events.CallPlaced():
                self._first = fact.leg
                return self._tell("initiated", _STATUS["initiated"], fact.at)
            case events.CallRang():
                return self._tell("ringing", _STATUS["ringing"], fact.at)
            case events.CallAnswered():
                return self._tell("answered", _STATUS["answered"], fact.at)
            case events.AnswererDetected(answered_by=answered_by, leg=None):
                self._answered_by = (("AnsweredBy", answered_by),)
            case events.LegEnded(leg=leg, status=status) if leg == self._first:
                self._sip = status
            case events.RecordingSaved(source="call"):
                self._recording = (
                    *recording_params(self._context, fact.recording),
                    ("RecordingDuration", whole_seconds(fact.duration_ms)),
                )
            case events.CallEnded():
                return self._completed(fact)
            case _:
                pass
        return []

    def _completed(self, fact: events.CallEnded) -> list[Callback]:
        answered = fact.answered_at is not None
        sip = 200 if answered else self._sip or CAUSES[fact.cause].sip
        return self._tell(
            "completed",
            word(fact.cause, answered=answered),
            fact.ended_at,
            ("CallDuration", whole_seconds(fact.duration_ms)),
            ("Duration", str(-(-fact.duration_ms // _MINUTE_MS))),
            ("SipResponseCode", str(sip)),
            *self._recording,
        )

    def _tell(
        self, step: CallStep, status: str, at: Ms, *more: tuple[str, Value]
    ) -> list[Callback]:
        number = self._sent
        self._sent += 1  # of every step, told or not: a gap says that something was not asked for
        wanted = self.wanted
        if step not in wanted.steps:
            return []
        params: Params = (
            *base_params(self._context),
            ("CallStatus", status),
            ("Timestamp", moment(at)),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(number)),
            *self._answered_by,
            *more,
        )
        return [Callback(url=wanted.url, method=wanted.method, params=params, event=step)]


class AnswererTeller:
    """Tells one URL who answered, once that is known."""

    __slots__ = ("_context", "_method", "_url")

    def __init__(self, context: Context, url: str, method: Method) -> None:
        self._context = context
        self._url = url
        self._method: Method = method

    def hear(self, fact: CallFact) -> list[Callback]:
        """Return the callback a fact is worth, if it is."""
        if not isinstance(fact, events.AnswererDetected) or fact.leg is not None:
            return []
        params: Params = (
            ("AccountSid", self._context.account),
            ("CallSid", self._context.call),
            ("AnsweredBy", fact.answered_by),
            ("MachineDetectionDuration", str(fact.after_ms)),
        )
        return [Callback(url=self._url, method=self._method, params=params, event="answered-by")]


class RecordingTeller:
    """Tells one URL how one recording of the whole call fares."""

    __slots__ = ("_about", "_context", "_recording", "_wanted")

    def __init__(self, context: Context, recording: RecordingId, wanted: RecordingCallback) -> None:
        self._context = context
        self._recording = recording
        self._wanted = wanted
        self._about: Params = ()

    def hear(self, fact: CallFact) -> list[Callback]:
        """Return the callback a fact is worth, if it is."""
        if getattr(fact, "recording", None) != self._recording:
            return []
        match fact:
            case events.RecordingRequested():
                self._about = (
                    ("RecordingSource", _SOURCES[fact.asked_by]),
                    ("RecordingTrack", fact.track),
                    ("RecordingChannels", "1" if fact.mixed else str(len(fact.legs))),
                )
            case events.RecordingStarted():
                self._about = (*self._about, ("RecordingStartTime", moment(fact.at)))
                return self._tell("in-progress")
            case events.RecordingSaved():
                return self._tell(
                    "completed", ("RecordingDuration", whole_seconds(fact.duration_ms))
                )
            case events.RecordingFailed():
                return self._tell("absent", ("RecordingDuration", "0"))
            case _:
                pass
        return []

    def _tell(self, step: RecordingStep, *more: tuple[str, Value]) -> list[Callback]:
        if step not in self._wanted.steps:
            return []
        params: Params = (
            ("AccountSid", self._context.account),
            ("CallSid", self._context.call),
            *recording_params(self._context, self._recording),
            ("RecordingStatus", step),
            *self._about,
            *more,
        )
        wanted = self._wanted
        return [
            Callback(
                url=wanted.url, method=wanted.method, params=params, kind="recording", event=step
            )
        ]


def moment(at: Ms) -> str:
    """Return an instant as RFC 2822 writes it, in UTC, as Twilio's parameters do."""
    return format_datetime(datetime.fromtimestamp(at // 1000, UTC))
