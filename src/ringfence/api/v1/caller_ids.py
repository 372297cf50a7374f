"""``/v1/caller-ids``: numbers of others, verified by a call."""

from __future__ import annotations

from ringfence.api import views_desk as views
from ringfence.api.resources import Body, resource


class CallerIdVerify(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/caller-ids``."""

    number: str
    name: str = ""
    digits: str = ""
    status_url: str | None = None
    status_method: str = "POST"
    delay_s: int = 0
    """How long it is waited before it rings."""


class CallerIdRename(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/caller-ids/{sid}``."""

    name: str


HANDLERS = (
    resource(
        "GET /v1/caller-ids",
        "caller_id.list",
        list[views.CallerId],
        "Every number that was confirmed.",
    ),
    resource(
        "POST /v1/caller-ids",
        "caller_id.verify",
        views.CallerIdCheck,
        "Call a number; who answers confirms, by the code told here, that calls may show it.",
        body=CallerIdVerify,
        status=201,
    ),
    resource("GET /v1/caller-ids/{sid:str}", "caller_id.show", views.CallerId, "One of them."),
    resource(
        "POST /v1/caller-ids/{sid:str}",
        "caller_id.rename",
        views.CallerId,
        "Call it something else.",
        body=CallerIdRename,
    ),
    resource(
        "DELETE /v1/caller-ids/{sid:str}",
        "caller_id.remove",
        None,
        "Show it no more, from the next call on.",
    ),
)
