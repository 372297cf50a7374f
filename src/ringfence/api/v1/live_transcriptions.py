"""``/v1/calls/SID/transcriptions``: what is said on a call, as text while it is said."""

from __future__ import annotations

from ringfence.api import views_streams as views
from ringfence.api.resources import Body, resource


class Wanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls/{call}/transcriptions``. ``url``: told what is said."""

    url: str | None = None
    method: str = "POST"
    name: str = ""
    track: str = "both_tracks"
    language: str = "en-US"
    partial: bool = False
    profanity_filter: bool = True
    hints: list[str] | None = None
    model: str = ""
    inbound_label: str = ""
    outbound_label: str = ""


HANDLERS = (
    resource("POST /v1/calls/{call:str}/transcriptions", "live_transcription.start", views.Stream,
             "Have what is said on a call told to `url`, utterance by utterance, if the law lets"
             " it.", body=Wanted, status=201),
    resource("POST /v1/calls/{call:str}/transcriptions/{transcription:str}/stop",
             "live_transcription.stop", views.Stream,
             "Write down no more; `transcription`: its SID, or the name it was given."),
)  # fmt: skip
