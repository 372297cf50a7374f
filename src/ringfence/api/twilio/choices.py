"""Fields that are one of a few words: another one is refused, whatever else is asked.

A word nobody knows is an error of whoever wrote it. Taken for the usual one, a recording meant to
have two channels would have one, and its owner would learn it from the recording.

What a handler refuses with a code of its own (``Status`` of a call, ``ScheduleType``) is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Question
from ringfence.kernel.errors import Refused

Words = dict[str, frozenset[str]]
"""The words of each field."""

_HOW = frozenset({"GET", "POST"})
_YES_OR_NO = "true false"
"""Clients write ``True`` as well: the letter case is nobody's business."""


def _methods(*names: str) -> Words:
    return {f"{name}Method": _HOW for name in names}


def _words(**fields: str) -> Words:
    return {name: frozenset(words.split()) for name, words in fields.items()}


_RECORDING = _methods("RecordingStatusCallback") | _words(
    RecordingChannels="mono dual",
    RecordingTrack="inbound outbound both",
    Trim="trim-silence do-not-trim",
)
_NUMBER = _words(VoiceReceiveMode="voice fax")
_TRACK = _methods("StatusCallback") | _words(Track="inbound_track outbound_track both_tracks")
_TRIGGERS = _words(TriggerBy="count usage price", Recurring="daily monthly yearly alltime")
_LOG = _words(Log="0 1")

CHOICES: Mapping[str, Words] = {
    "CreateCall": _RECORDING | _methods("", "Fallback", "StatusCallback", "AsyncAmdStatusCallback"),
    "UpdateCall": _methods("", "Fallback", "StatusCallback"),
    "CreateCallRecording": _RECORDING,
    "UpdateCallRecording": _words(PauseBehavior="skip silence"),
    "CreateParticipant": _RECORDING
    | _methods(
        "StatusCallback", "ConferenceStatusCallback", "ConferenceRecordingStatusCallback", "Wait",
        "AmdStatusCallback",
    )
    | _words(
        Beep=f"{_YES_OR_NO} onEnter onExit",
        Coaching=_YES_OR_NO,
        ConferenceRecord=f"{_YES_OR_NO} record-from-start do-not-record",
        ConferenceTrim="trim-silence do-not-trim",
        EarlyMedia=_YES_OR_NO,
        JitterBufferSize="large medium small off",
    ),
    "UpdateParticipant": _methods("Hold", "Announce", "Wait"),
    "UpdateConference": _methods("Announce"),
    "UpdateMember": _methods(""),
    "CreateStream": _TRACK,
    "CreateRealtimeTranscription": _TRACK,
    "CreateValidationRequest": _methods("StatusCallback"),
    "CreatePayments": _words(
        BankAccountType="consumer-checking consumer-savings commercial-checking",
        Confirmation=_YES_OR_NO,
        PaymentMethod="credit-card ach-debit",
        TokenType="one-time reusable payment-method",
    ),
    "CreateMessage": _words(TrafficType="free", RiskCheck="enable disable"),
    "CreateIncomingPhoneNumber": _NUMBER,
    "CreateIncomingPhoneNumberLocal": _NUMBER,
    "CreateIncomingPhoneNumberMobile": _NUMBER,
    "CreateIncomingPhoneNumberTollFree": _NUMBER,
    "UpdateIncomingPhoneNumber": _NUMBER,
    "ListAccount": _words(Status="active suspended closed"),
    "ListUsageTrigger": _TRIGGERS,
    "ListNotification": _LOG,
    "ListCallNotification": _LOG,
}  # fmt: skip
"""By operation."""


def heard(asked: Question, words: Words) -> Question:
    """Return the question with each of these words as it is written here, in whatever letter case.

    Raises `Problem` (20001) or `Refused` (``bad_method``) for a word that is none of them.
    """
    spelled: dict[str, list[str]] = {}
    for name, known in words.items():
        said = asked.get(name)
        if said is None:
            continue
        word = next((one for one in known if one.lower() == said.lower()), None)
        if word is None and known is _HOW:
            raise Refused("bad_method", f"{name} is GET or POST")
        if word is None:
            *most, last = sorted(known)
            choice = f"{', '.join(most)} or {last}" if most else last
            raise Problem(20001, f"{name} is {choice}", status=400)
        if word != said:
            spelled[name] = [word]
    return replace(asked, params={**asked.params, **spelled}) if spelled else asked
