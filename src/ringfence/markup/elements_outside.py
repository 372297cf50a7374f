"""The part of the table of TwiML that hands a call, or its sound, to something outside.

Connect, Start and Stop with what may stand in them. Of the services they can name only Stream
exists here; the others are reported, and the call goes on with the next verb.
"""

from __future__ import annotations

from typing import Final

from ringfence.kernel.limits import STREAM_CHARS
from ringfence.markup.attributes import choice, method, socket, text, url
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
    "Transcription",
    "VirtualAgent",
)

OUTSIDE: Final[tuple[Element, ...]] = (
    Element(
        "Connect",
        {"action": url("action"), "method": method("method")},
        frozenset({"Stream", *_SERVICES}) - {"Recording", "Siprec", "Transcription"},
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
    *later(*_SERVICES),
)

INNER: Final = frozenset({"Stream", *_SERVICES})
"""Those that cannot stand in a Response."""
