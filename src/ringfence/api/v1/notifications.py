"""``/v1/notifications``: the log of exchanges with the account's own servers."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ringfence.api import views
from ringfence.api.resources import Body, Instant, resource


class Listed(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/notifications``; instants are epoch milliseconds."""

    call: str | None = None
    status: Annotated[int, msgspec.Meta(ge=0, le=999)] | None = None
    """Of HTTP; 0 for no answer."""
    since: Instant | None = None
    until: Instant | None = None


class Switch(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/notifications/logging``."""

    on: bool
    number: str | None = None
    flow: str | None = None


HANDLERS = (
    resource("GET /v1/notifications", "notification.list", views.NotificationPage,
             "Exchanges, newest first.", query=Listed, paged=True),
    resource("GET /v1/notifications/logging", "notification.apps", list[views.AppLogging],
             "Every number and flow, and whether its calls' requests and answers are kept."),
    resource("POST /v1/notifications/logging", "notification.logging", views.AppLogging,
             "Switch the keeping of requests and answers on or off for one number or flow.",
             body=Switch),
    resource("GET /v1/notifications/{sid:str}", "notification.show", views.Notification,
             "One exchange with what was asked and answered."),
)  # fmt: skip
