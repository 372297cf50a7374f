"""The table of TwiML: every element, its attributes, children and verb.

One literal per element. Numbers after a bound are Twilio's warnings for a bad value. The
reference page is drawn from this table.
"""

from __future__ import annotations

from typing import Any, Final

from ringfence.kernel.limits import (
    MARKUP_HINTS_CHARS,
    MARKUP_LOOPS,
    MARKUP_SEND_DIGITS,
    MARKUP_URL_CHARS,
    MARKUP_WAIT_SECONDS,
    QUEUE_MEMBERS_MAX,
)
from ringfence.markup.attributes import (
    Attribute,
    boolean,
    choice,
    integer,
    key_set,
    label,
    method,
    speech_timeout,
    text,
    tones,
    url,
    url_or_nothing,
    words,
)
from ringfence.markup.element import Element, elsewhere, noted
from ringfence.markup.elements_outside import INNER, OUTSIDE, RECORDING_CALLBACK
from ringfence.markup.elements_paying import PAYING

_EVENTS = ("initiated", "ringing", "answered", "completed")
_STATUS_CALLBACK: dict[str, Attribute] = {
    "statusCallback": url("status_callback"),
    "statusCallbackMethod": method("status_callback_method"),
    "statusCallbackEvent": words("status_callback_event", *_EVENTS, warning=21626),
}
_MESSAGE: dict[str, Attribute] = {
    "to": text("to", MARKUP_URL_CHARS),
    "from": text("sender", MARKUP_URL_CHARS),
    "action": url("action", 14101),
    "method": method("method", 14102),
    "statusCallback": url("status_callback", 14108),
}
_MACHINES: dict[str, Attribute] = {
    "machineDetection": choice("machine_detection", "Enable", "DetectMessageEnd"),
    "machineDetectionTimeout": integer("machine_detection_timeout", 3, 60),
    "machineDetectionSpeechThreshold": integer("machine_detection_speech_threshold", 1_000, 6_000),
    "machineDetectionSpeechEndThreshold": integer(
        "machine_detection_speech_end_threshold", 500, 5_000
    ),
    "machineDetectionSilenceTimeout": integer("machine_detection_silence_timeout", 2_000, 10_000),
    "amdStatusCallback": url("amd_status_callback"),
    "amdStatusCallbackMethod": method("amd_status_callback_method"),
}
_APPLICATION = frozenset({"ApplicationSid", "Parameter"})
_ELSEWHERE = (
    "url",
    "method",
    "statusCallback",
    "statusCallbackEvent",
    "statusCallbackMethod",
    "copyParentTo",
    "customerId",
    "applicationSid",
)
_SPEECH = frozenset(
    {
        "break",
        "emphasis",
        "lang",
        "p",
        "phoneme",
        "prosody",
        "s",
        "say-as",
        "sub",
        "w",
        "amazon:effect",
        "amazon:domain",
    }
)
_RECORD_WORDS: Final = {
    "true": "record-from-answer",
    "false": "do-not-record",
    "do-not-record": "do-not-record",
    "record-from-start": "record-from-answer",
    "record-from-answer": "record-from-answer",
    "record-from-ringing": "record-from-ringing",
    "record-from-answer-dual": "record-from-answer-dual",
    "record-from-ringing-dual": "record-from-ringing-dual",
}


def _record_mode(warning: int) -> Attribute:
    """``record`` of Dial and Conference: older words mean one of today's."""

    def read(value: str) -> str:
        try:
            return _RECORD_WORDS[value.strip().lower()]
        except KeyError:
            raise ValueError from None

    return Attribute("record", "one of " + ", ".join(_RECORD_WORDS), read, warning)


_TABLE: tuple[Element, ...] = (
    Element(
        "Say",
        {
            "voice": text("voice", 64, 13511),
            "language": text("language", 16, 13512),
            "loop": integer("loop", 0, MARKUP_LOOPS, 13510),
            **noted("rate"),
        },
        _SPEECH,
        "speech",
    ),
    Element(
        "Play",
        {
            "loop": integer("loop", 0, MARKUP_LOOPS, 13410),
            "digits": tones("digits", MARKUP_SEND_DIGITS),
        },
        content="text",
    ),
    Element(
        "Pause",
        {
            "length": integer("length", 0, MARKUP_WAIT_SECONDS, 13910),
            **noted("timeout", "until"),
        },
    ),
    Element(
        "Gather",
        {
            "input": words("input", "dtmf", "speech"),
            "action": url("action"),
            "method": method("method", 13312),
            "timeout": integer("timeout", 0, MARKUP_WAIT_SECONDS, 13313),
            "numDigits": integer("num_digits", 1, MARKUP_SEND_DIGITS, 13314),
            "finishOnKey": key_set("finish_on_key", 13310),
            "actionOnEmptyResult": boolean("action_on_empty_result"),
            "bargeIn": boolean("barge_in"),
            "speechTimeout": speech_timeout("speech_timeout"),
            "maxSpeechTime": integer("max_speech_time", 1, 600),
            "profanityFilter": boolean("profanity_filter"),
            "partialResultCallback": url("partial_result_callback"),
            "partialResultCallbackMethod": method("partial_result_callback_method"),
            "language": text("language", 16),
            "hints": text("hints", MARKUP_HINTS_CHARS),
            "speechModel": text("speech_model", 64),
            "enhanced": boolean("enhanced"),
            **noted(
                "debug",
                "grammar",
                "grammarUrl",
                "secure",
            ),
        },
        frozenset({"Say", "Play", "Pause"}),
        "verbs",
    ),
    Element(
        "Record",
        {
            "action": url("action"),
            "method": method("method", 13610),
            "timeout": integer("timeout", 0, MARKUP_WAIT_SECONDS, 13611),
            "maxLength": integer("max_length", 1, 14_400, 13612),
            "finishOnKey": key_set("finish_on_key", 13613),
            "playBeep": boolean("play_beep", 13616),
            "trim": choice("trim", "trim-silence", "do-not-trim"),
            **RECORDING_CALLBACK,
            "transcribe": boolean("transcribe"),
            "transcribeCallback": url("transcribe_callback"),
            "transcribeLanguage": text("transcribe_language", 16),
            **noted("recordingConfigurationId"),
        },
    ),
    Element(
        "Dial",
        {
            "action": url("action"),
            "method": method("method", 13210),
            "timeout": integer("timeout", 1, 600, 13212),
            "timeLimit": integer("time_limit", 1, 86_400, 13216),
            "callerId": text("caller_id", 256, 13214),
            "hangupOnStar": boolean("hangup_on_star", 13213),
            "answerOnBridge": boolean("answer_on_bridge"),
            "sequential": boolean("sequential"),
            "ringTone": text("ring_tone", 16),
            "record": _record_mode(13217),
            "trim": choice("trim", "trim-silence", "do-not-trim"),
            "recordingTrack": choice("recording_track", "both", "inbound", "outbound"),
            "referUrl": url("refer_url"),
            "referMethod": method("refer_method"),
            **RECORDING_CALLBACK,
            **noted(
                "events",
                "ifMachine",
                "hangupOn",
                "transcribe",
                "transcribeCallback",
                "newCallSid",
                "recordingChannels",
                "recordingConfigurationId",
                "passports",
                "sim",
            ),
        },
        frozenset(
            {"Number", "Sip", "Client", "Conference", "Queue", "Sim", "Application", "WhatsApp"}
        ),
        "text",
    ),
    Element(
        "Number",
        {
            "sendDigits": tones("send_digits", MARKUP_SEND_DIGITS, 13222),
            "url": url("url", 13221),
            "method": method("method", 13221),
            **_STATUS_CALLBACK,
            **_MACHINES,
            **noted("byoc", "action"),
        },
        content="text",
    ),
    Element(
        "Sip",
        {
            "username": text("username", 128, 13249),
            "password": text("password", 128, 13249),
            "sendDigits": tones("send_digits", MARKUP_SEND_DIGITS, 13242),
            "url": url("url", 13241),
            "method": method("method", 13241),
            **_STATUS_CALLBACK,
            **_MACHINES,
            **noted("codecs"),
        },
        frozenset({"Uri", "Headers"}),
        "text",
    ),
    Element(
        "Uri",
        {
            "username": text("username", 128),
            "password": text("password", 128),
            **noted("priority", "weight"),
        },
        content="text",
    ),
    Element("Headers", {}, frozenset({"Header"}), "verbs"),
    Element("Header", {"name": text("name", 64, 13252), "value": text("value", 1024, 13253)}),
    Element(
        "Client",
        {
            "url": url("url"),
            "method": method("method"),
            **_STATUS_CALLBACK,
            "identity": text("identity", 256),
        },
        frozenset({"Identity", "Parameter"}),
        "text",
    ),
    *(
        Element(name, noted(*_ELSEWHERE), _APPLICATION, "text", "parsed")
        for name in ("Sim", "WhatsApp")
    ),
    Element(
        "Application",
        {
            "customerId": text("customer_id", 256),
            "copyParentTo": boolean("copy_parent_to"),
            "applicationSid": text("sid", 34),
            **_STATUS_CALLBACK,
            **noted("url", "method"),
        },
        _APPLICATION,
        "text",
    ),
    Element("ApplicationSid", {"sid": text("sid", 34)}, content="text"),
    Element(
        "Refer",
        {"action": url("action"), "method": method("method")},
        frozenset({"Sip"}),
        "verbs",
    ),
    Element("Identity", {}, content="text"),
    Element("Parameter", {"name": text("name", 128), "value": text("value", 4096)}),
    Element(
        "Conference",
        {
            "muted": boolean("muted", 13230),
            "beep": choice("beep", "true", "false", "onEnter", "onExit", warning=13235),
            "startConferenceOnEnter": boolean("start_conference_on_enter", 13232),
            "endConferenceOnExit": boolean("end_conference_on_exit", 13231),
            "maxParticipants": integer("max_participants", 2, 250),
            "record": _record_mode(12200),
            "waitUrl": url_or_nothing("wait_url", 13233),
            "waitMethod": method("wait_method", 13234),
            "coach": text("coach", 34),
            "participantLabel": label("participant_label", 16023),
            "statusCallback": url("status_callback"),
            "statusCallbackMethod": method("status_callback_method"),
            "statusCallbackEvent": words(
                "status_callback_event",
                "start",
                "end",
                "join",
                "leave",
                "mute",
                "hold",
                "modify",
                "speaker",
                "announcement",
                warning=16002,
            ),
            "eventCallbackUrl": url("event_callback_url"),
            **RECORDING_CALLBACK,
            "trim": choice("trim", "trim-silence", "do-not-trim"),
            **noted(
                "region",
                "recordingConfigurationId",
                "jitterBufferSize",
                "whisper",
                "coachChannel",
                "whisperChannel",
                "WhisperChannel",
                "url",
                "method",
                "eventCallback",
                "eventCallbackMethod",
            ),
        },
        content="text",
    ),
    Element(
        "Queue",
        {
            "url": url("url", 14211),
            "method": method("method", 14210),
            **noted("reservationSid", "postWorkActivitySid", "callSid"),
        },
        content="text",
    ),
    Element(
        "Enqueue",
        {
            "action": url("action"),
            "method": method("method", 14222),
            "maxQueueSize": integer("max_queue_size", 1, QUEUE_MEMBERS_MAX),
            "waitUrl": url_or_nothing("wait_url", 14221),
            "waitUrlMethod": method("wait_url_method", 14220),
            **noted("workflowSid"),
        },
        frozenset({"Task", "TaskAttributes"}),
        "text",
    ),
    Element("Task", {**noted("priority", "timeout")}, content="text"),
    elsewhere("TaskAttributes"),
    Element("Leave", {}),
    Element("Message", _MESSAGE, frozenset({"Body", "Media"}), "text"),
    Element("Sms", _MESSAGE, content="text"),
    Element("Body", {}, content="text"),
    Element("Media", {}, content="text"),
    Element("Redirect", {"method": method("method", 13710)}, content="text"),
    Element("Hangup", {}, frozenset({"Parameter", "Group"}), "verbs"),
    elsewhere("Group", "excludeMe", "status"),
    Element(
        "Reject",
        {"reason": choice("reason", "rejected", "busy")},
        frozenset({"Parameter"}),
        "verbs",
    ),
    Element("Echo", {"length": integer("length", 0, MARKUP_WAIT_SECONDS)}),
    *PAYING,
    elsewhere("Annotate"),
    elsewhere("Publish"),
    *OUTSIDE,
)

ELEMENTS: Final[dict[str, Element]] = {element.name: element for element in _TABLE}

TOP_LEVEL: Final[frozenset[str]] = (
    frozenset(ELEMENTS)
    - INNER
    - {
        "Number",
        "Sip",
        "Uri",
        "Headers",
        "Header",
        "Client",
        "Identity",
        "Parameter",
        "Sim",
        "WhatsApp",
        "Application",
        "ApplicationSid",
        "Conference",
        "Queue",
        "Task",
        "TaskAttributes",
        "Group",
        "Body",
        "Media",
        "Prompt",
    }
)
"""The verbs that may stand directly in a Response."""

Values = dict[str, Any]
"""Field name to value, read from the attributes of one element."""
