"""The part of the table of TwiML that hands a call, or its sound, to something outside.

Connect, Start and Stop with what may stand in them. Of the services they can name Stream and
Transcription exist here; the others are reported, and the call goes on with the next verb.
"""

from __future__ import annotations

from typing import Final

from ringfence.kernel.limits import MARKUP_HINTS_CHARS, STREAM_CHARS
from ringfence.markup.attributes import boolean, choice, method, socket, text, url
from ringfence.markup.element import Element, later, noted

_SERVICES: Final = (
    "AiSession",
    "Autopilot",
    "Conversation",
    "ConversationRelay",
    "ConversationRelaySession",
    "Recording",
    "Room",
    "Siprec",
    "VirtualAgent",
)

OUTSIDE: Final[tuple[Element, ...]] = (
    Element(
        "Connect",
        {"action": url("action"), "method": method("method")},
        frozenset({"Stream", *_SERVICES}) - {"Recording", "Siprec"},
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
            **noted("connectorName", "audioFormat", "sampleRate"),
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
        frozenset(),
        "verbs",
    ),
    *later(*_SERVICES),
)

INNER: Final = frozenset({"Stream", "Transcription", *_SERVICES})
"""Those that cannot stand in a Response."""
