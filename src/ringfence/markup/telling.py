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
from typing import Final, Literal, Protocol

from msgspec.structs import replace

from ringfence.calls import events
from ringfence.calls.causes import CAUSES, word
from ringfence.calls.events import CallFact
from ringfence.calls.words import RecordingAsker
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import PartyId, RecordingId
from ringfence.markup.context import Context, base_params, recording_params, whole_seconds
from ringfence.markup.exchange import Callback, Params, Value
from ringfence.markup.verbs import Method

CallStep = Literal["initiated", "ringing", "answered", "completed"]

STEPS: tuple[CallStep, ...] = ("initiated", "ringing", "answered", "completed")
_STATUS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}
_MINUTE_MS = 60_000

WITHDRAWN: Final = "withdrawn"
"""What is pledged where the end is nobody's to hear any more: no call ends like that."""
BASE: Final = "Base"
"""In a pledge and nowhere else: where this installation's API is reached."""
ASKED: Final = "StepsAsked"
"""In a pledge: of which steps whoever is told wanted to hear, by which they are numbered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCallback:
    """Who is told how a call fares: ``url`` (absolute http or https) of which ``steps``."""

    url: str = field(repr=False)
    method: Method = "POST"
    steps: tuple[CallStep, ...] = ("completed",)


@dataclass(frozen=True, slots=True)
class ToldOf:
    """Whom a dial told of a leg, so many steps (``sent``); ``answered_by``: who was heard."""

    wanted: StatusCallback
    sent: int = 0
    answered_by: str = ""


RecordingStep = Literal["in-progress", "completed", "absent"]

OUTCOMES: Final = ("completed", "absent")
"""How a recording may have ended, in Twilio's words."""
RECORDING_STEPS: tuple[RecordingStep, ...] = ("in-progress", "completed", "absent")
PASSED_OVER: Final = {
    "unknown_call_event": "a status callback was asked for an event that calls do not have",
    "unknown_recording_event": "a callback was asked for an event that recordings do not have",
    "unknown_room_event": "a callback was asked for an event that conferences do not have",
}
"""Why a callback may be told less than was asked for, by the kind of the problem."""
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
    """Tells one URL how one call fares.

    The end of it is pledged when the call begins, so that it is told even if the server dies
    before (`ringfence.markup.owed`).
    """

    __slots__ = (
        "_answered_by",
        "_context",
        "_first",
        "_party",
        "_recording",
        "_sent",
        "_sip",
        "wanted",
    )

    def __init__(
        self, context: Context, wanted: StatusCallback, *, sent: int = 0, answered_by: str = ""
    ) -> None:
        """``sent``: how many steps are past already, where the call began before this.

        ``answered_by``: who was heard to answer, where that is known already.
        """
        self.wanted = wanted
        self._context = context
        self._party: PartyId | None = None
        self._first: str = ""
        self._sip = 0
        self._recording: Params = ()
        self._answered_by: Params = (("AnsweredBy", answered_by),) if answered_by else ()
        self._sent = sent

    def pledge(self) -> list[Callback]:
        """Return what is kept for the next start; one of before is replaced.

        Where the end is not asked for, it is a pledge that no end redeems.
        """
        word = "completed" if "completed" in self.wanted.steps else WITHDRAWN
        params: Params = (
            *base_params(self._context),
            (BASE, self._context.public_url),
            (ASKED, " ".join(self.wanted.steps)),
        )
        return [replace(self._callback(params), outcome=self._context.call, pledged=(word,))]

    def hear(self, fact: CallFact) -> list[Callback]:
        """Return the callback a fact is worth, if it is."""
        match fact:
            case events.CallOffered() | events.CallPlaced():
                self._first = fact.leg
                # The row that says whom the call is with is written after this.
                self._party = fact.caller if isinstance(fact, events.CallOffered) else fact.called
                pledged = self.pledge() if "completed" in self.wanted.steps else []
                return [*pledged, *self._tell("initiated", _STATUS["initiated"], fact.at)]
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
            ("Duration", minutes(fact.duration_ms)),
            ("SipResponseCode", str(sip)),
            *self._recording,
        )

    def _tell(
        self, step: CallStep, status: str, at: Ms, *more: tuple[str, Value]
    ) -> list[Callback]:
        wanted = self.wanted
        if step not in wanted.steps:
            return []
        number = self._sent  # of what is told: who asks for the end alone has 0
        self._sent += 1
        params: Params = (
            *base_params(self._context),
            ("CallStatus", status),
            ("Timestamp", moment(at)),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(number)),
            *self._answered_by,
            *more,
        )
        made = replace(self._callback(params), event=step)
        return [replace(made, outcome=self._context.call) if step == "completed" else made]

    def _callback(self, params: Params) -> Callback:
        wanted = self.wanted
        return Callback(url=wanted.url, method=wanted.method, params=params, party=self._party)


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
                return self._pledge()
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
        made = self._callback(("RecordingStatus", step), *more)
        outcome = self._recording if step in OUTCOMES else ""
        return [replace(made, event=step, outcome=outcome)]

    def _pledge(self) -> list[Callback]:
        """Nothing is kept yet: its outcome is to be told even if the server dies before."""
        pledged = tuple(step for step in OUTCOMES if step in self._wanted.steps)
        if not pledged:
            return []
        return [replace(self._callback(), outcome=self._recording, pledged=pledged)]

    def _callback(self, *more: tuple[str, Value]) -> Callback:
        params: Params = (
            ("AccountSid", self._context.account),
            ("CallSid", self._context.call),
            *recording_params(self._context, self._recording),
            *self._about,
            *more,
        )
        wanted = self._wanted
        return Callback(url=wanted.url, method=wanted.method, params=params, kind="recording")


def outcome(
    pledged: Iterable[tuple[str, str]], status: str, *, duration_ms: int, began: Ms | None
) -> list[tuple[str, str]]:
    """Return what was pledged to be told of a recording, now that it is over, and so is its call.

    ``began``: when the first of it was kept, None where nothing ever was.
    """
    known = {
        "RecordingStatus": status,
        "RecordingDuration": whole_seconds(duration_ms),
        **({} if began is None else {"RecordingStartTime": moment(began)}),
    }
    kept = [(name, value) for name, value in pledged if name not in known]
    over = [(name, "completed" if name == "CallStatus" else value) for name, value in kept]
    return [*over, *known.items()]


def minutes(milliseconds: int) -> str:
    """Minutes for ``Duration``: one that is begun counts whole, as it is billed."""
    return str(-(-milliseconds // _MINUTE_MS))


def moment(at: Ms) -> str:
    """Return an instant as RFC 2822 writes it, in UTC, as Twilio's parameters do."""
    return format_datetime(datetime.fromtimestamp(at // 1000, UTC))
