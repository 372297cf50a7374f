"""Real-time transcriptions of a call: begun and stopped while it goes on."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_streams as views
from ringfence.api.twilio import streams
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Answer, Question

_UNBUILT = (
    "TranscriptionEngine: the recogniser that is installed; EnableAutomaticPunctuation and "
    "EnableProviderData: what it writes is told as it writes it, and nothing raw; "
    "IntelligenceService, ConversationConfiguration, ConversationId and ConfigurationId name "
    "what is kept at Twilio"
)
_PLAIN = {
    "name": "Name",
    "track": "Track",
    "language": "LanguageCode",
    "model": "SpeechModel",
    "inbound_label": "InboundTrackLabel",
    "outbound_label": "OutboundTrackLabel",
}


@DESK.operation("CreateRealtimeTranscription", missing=_UNBUILT)
async def create(asked: Question) -> Answer:
    """Have a call written down while it goes on, as far as the law lets it."""
    args: dict[str, Any] = {"call": asked.path["CallSid"], "partial": asked.flag("PartialResults")}
    for name, field in _PLAIN.items():
        if (value := asked.get(field)) is not None:
            args[name] = value
    if (hints := asked.get("Hints")) is not None:
        args["hints"] = [hint.strip() for hint in hints.split(",") if hint.strip()]
    if asked.get("ProfanityFilter") is not None:
        args["profanity_filter"] = asked.flag("ProfanityFilter")
    if (url := asked.get("StatusCallbackUrl")) is not None:
        args |= {"url": url, "method": asked.method("StatusCallbackMethod")}
    made: views.Stream = await asked.run("live_transcription.start", **args)
    return Answer(200, shown(asked, made))


@DESK.operation("UpdateRealtimeTranscription")
async def update(asked: Question) -> Answer:
    """Stop one, by its SID or its name."""
    if asked.get("Status") != "stopped":
        raise Problem(20001, "Status is stopped", status=400)
    path = asked.path
    found: views.Stream = await asked.run(
        "live_transcription.stop", call=path["CallSid"], transcription=path["Sid"]
    )
    return Answer(200, shown(asked, found))


def shown(asked: Question, found: views.Stream) -> dict[str, Any]:
    """Return a real-time transcription in Twilio's form."""
    uri = asked.url(f"/Calls/{found.call}/Transcriptions/{found.sid}.json")
    return streams.shown(asked, found) | {"uri": uri}
