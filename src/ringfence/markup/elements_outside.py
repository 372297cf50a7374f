"""The part of the table of TwiML that hands a call, or its sound, to something outside.

Connect, Start and Stop with what may stand in them. Of what they can name Stream, Transcription
and Recording exist here; the others are reported, and the call goes on with the next verb.
"""

from __future__ import annotations

from typing import Final

from ringfence.kernel.limits import MARKUP_HINTS_CHARS, STREAM_CHARS
from ringfence.markup.attributes import (
    Attribute,
    boolean,
    choice,
    method,
    one_of,
    socket,
    text,
    url,
    words,
)
from ringfence.markup.element import Element, elsewhere, noted

_CLOUD: Final = (
    elsewhere("AiSession", "aiConnector", "aiSessionConfiguration"),
    elsewhere("Autopilot"),
    elsewhere(
        "Conversation", "serviceInstanceSid", "inboundAutocreation", "routingAssignmentTimeout",
        "inboundTimeout", "url", "method", "record", "trim", "recordingStatusCallback",
        "recordingStatusCallbackMethod", "recordingStatusCallbackEvent", "statusCallback",
        "statusCallbackMethod", "statusCallbackEvent",
    ),
    elsewhere(
        "ConversationRelay", "url", "language", "ttsLanguage", "transcriptionLanguage",
        "ttsProvider", "voice", "transcriptionProvider", "speechModel", "profanityFilter",
        "dtmfDetection", "welcomeGreeting", "partialPrompts", "welcomeGreetingInterruptible",
        "interruptible", "preemptible", "hints", "intelligenceService",
        "reportInputDuringAgentSpeech", "elevenlabsTextNormalization", "interruptSensitivity",
        "debug", "backgroundNoiseReduction", "speechTimeout", "deepgramSmartFormat",
        "ignoreBackchannel", "events", "partialPromptOnHangup", "eagerEotThreshold",
        "asrSmartFormat", "ttsTextNormalization", "ttsLanguageTextNormalization",
        "elevenlabsLanguageTextNormalization", "includeInPrompt", "customerName",
        "applicationReconnect", "echoPromptFiltering", "turnDetection",
        holds=("Language", "Parameter"),
    ),
    elsewhere("ConversationRelaySession", "connector", "sessionConfiguration"),
    elsewhere("Room", "participantIdentity"),
    elsewhere(
        "Siprec", "name", "connectorName", "track", "statusCallback", "statusCallbackMethod",
        holds=("Parameter",),
    ),
    elsewhere(
        "VirtualAgent", "connectorName", "language", "sentimentAnalysis", "statusCallback",
        "statusCallbackMethod", holds=("Config", "Parameter"),
    ),
)  # fmt: skip
_PARTS: Final = (
    elsewhere("Config", "name", "value"),
    elsewhere(
        "Language", "code", "ttsProvider", "voice", "transcriptionProvider", "speechModel", "hints",
        "asrSmartFormat", "ttsTextNormalization", "ttsLanguageTextNormalization",
    ),
)  # fmt: skip
RECORDING_CALLBACK: Final[dict[str, Attribute]] = {
    "recordingStatusCallback": url("recording_status_callback", 13256),
    "recordingStatusCallbackMethod": method("recording_status_callback_method"),
    "recordingStatusCallbackEvent": words(
        "recording_status_callback_event", "in-progress", "completed", "absent", warning=13621
    ),
}
_SERVICES: Final = tuple(element.name for element in _CLOUD)

OUTSIDE: Final[tuple[Element, ...]] = (
    Element(
        "Connect",
        {"action": url("action"), "method": method("method")},
        frozenset({"Stream", *_SERVICES}) - {"Siprec"},
        "verbs",
    ),
    Element(
        "Start",
        noted("action", "method"),
        frozenset({"Stream", "Recording", "Siprec", "Transcription"}),
        "verbs",
    ),
    Element("Stop", {}, frozenset({"Stream", "Recording", "Siprec", "Transcription"}), "verbs"),
    Element(
        "Stream",
        {
            "url": socket("url", 11100),
            "name": text("name", STREAM_CHARS),
            "track": choice(
                "track", "inbound_track", "outbound_track", "both_tracks", warning=31941
            ),
            "statusCallback": url("status_callback"),
            "statusCallbackMethod": method("status_callback_method"),
            "dialect": choice("dialect", "twilio", "exotel"),
            "sampleRate": one_of("sample_rate", 8_000, 16_000, 24_000),
            **noted("connectorName", "audioFormat"),
        },
        frozenset({"Parameter"}),
        "verbs",
    ),
    Element(
        "Transcription",
        {
            "name": text("name", STREAM_CHARS),
            "track": choice("track", "inbound_track", "outbound_track", "both_tracks"),
            "statusCallbackUrl": url("status_callback"),
            "statusCallbackMethod": method("status_callback_method"),
            "inboundTrackLabel": text("inbound_label", STREAM_CHARS),
            "outboundTrackLabel": text("outbound_label", STREAM_CHARS),
            "partialResults": boolean("partial_results"),
            "languageCode": text("language", 16),
            "profanityFilter": boolean("profanity_filter"),
            "speechModel": text("speech_model", 64),
            "hints": text("hints", MARKUP_HINTS_CHARS),
            **noted(
                *("transcriptionEngine", "enableAutomaticPunctuation", "intelligenceService"),
                *("conversationConfiguration", "conversationId", "enableProviderData"),
            ),
        },
        frozenset({"Config", "Parameter"}),
        "verbs",
    ),
    Element(
        "Recording",
        {
            "name": text("name", STREAM_CHARS),
            **RECORDING_CALLBACK,
            "trim": choice("trim", "trim-silence", "do-not-trim"),
            "track": choice("track", "both", "inbound", "outbound"),
            "channels": choice("channels", "mono", "dual"),
            **noted("recordingConfigurationId"),
        },
    ),
    *_CLOUD,
    *_PARTS,
)

INNER: Final = frozenset(
    {"Stream", "Transcription", "Recording", *(element.name for element in (*_CLOUD, *_PARTS))}
)
"""Those that cannot stand in a Response."""
