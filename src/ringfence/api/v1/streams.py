"""``/v1/calls/SID/streams``: the sound of a call, to a server of the account's."""

from __future__ import annotations

from ringfence.api import views_streams as views
from ringfence.api.resources import Body, resource


class StreamStart(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls/{call}/streams``."""

    url: str
    name: str = ""
    track: str = "inbound_track"
    parameters: dict[str, str] | None = None
    status_url: str | None = None
    status_method: str = "POST"


HANDLERS = (
    resource(
        "POST /v1/calls/{call:str}/streams",
        "stream.start",
        views.Stream,
        "Let a server (`url`: ws or wss) hear a call in progress, as far as the law lets it.",
        body=StreamStart,
        status=201,
    ),
    resource(
        "POST /v1/calls/{call:str}/streams/{stream:str}/stop",
        "stream.stop",
        views.Stream,
        "Let a server hear a call no longer; `stream`: its SID, or the name it was given.",
    ),
)
