"""``/v1/transcriptions``: what was said in recordings, as text."""

from __future__ import annotations

from ringfence.api import views_transcriptions as views
from ringfence.api.resources import Body, Instant, resource


class Listed(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/transcriptions``: those of one recording, or asked for in a time."""

    recording: str | None = None
    since: Instant | None = None
    until: Instant | None = None


class Wish(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/recordings/{recording}/transcriptions``.

    ``language``: BCP 47; ``url``: told when it is done.
    """

    language: str | None = None
    url: str | None = None
    method: str = "POST"


HANDLERS = (
    resource("GET /v1/transcriptions", "transcription.list", list[views.Transcription],
             "Transcriptions of recordings, newest first.", query=Listed, paged=True),
    resource("GET /v1/transcriptions/{sid:str}", "transcription.show", views.Transcription,
             "One transcription: all of it, and utterance by utterance."),
    resource("POST /v1/recordings/{recording:str}/transcriptions", "transcription.request",
             views.Transcription, "Have a recording read by the recogniser (a setting).",
             body=Wish, status=201),
    resource("DELETE /v1/transcriptions/{sid:str}", "transcription.remove", None,
             "Remove a transcription; the recording stays."),
)  # fmt: skip
