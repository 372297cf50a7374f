"""``/v1/notifications`` and ``/v1/deliveries``: what was told to the account's own servers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from ringfence.api import views_notifications as views
from ringfence.api.resources import Body, Instant, resource
from ringfence.kernel.limits import REPLAY_MAX


class Listed(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/notifications``; instants are epoch milliseconds."""

    call: str | None = None
    subject: str | None = None
    """The SID of a conference or a message."""
    delivery: str | None = None
    """The tries of one callback."""
    number: str | None = None
    flow: str | None = None
    kind: str | None = None
    """document, media, problem, status, recording, conference, queue, message, ..."""
    status: Annotated[int, msgspec.Meta(ge=0, le=999)] | None = None
    """Of HTTP; 0 for no answer."""
    failed: bool | None = None
    code: Annotated[int, msgspec.Meta(ge=0, le=99_999)] | None = None
    """Twilio's number of what went wrong."""
    since: Instant | None = None
    until: Instant | None = None


class Whole(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/notifications/whole``."""

    since: Instant | None = None
    until: Instant | None = None
    call: str | None = None
    failed: bool = False
    level: str | None = None
    requests: bool = False


class Switch(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/notifications/logging``."""

    on: bool
    number: str | None = None
    flow: str | None = None
    application: str | None = None
    """The SID of an application: what is asked for the numbers it answers."""


class Replay(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/notifications/replay``."""

    sids: Annotated[list[str], msgspec.Meta(min_length=1, max_length=int(REPLAY_MAX))]


class Waiting(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/deliveries``."""

    state: Literal["ready", "behind", "dead"] | None = None


HANDLERS = (
    resource("GET /v1/notifications", "notification.list", views.NotificationPage,
             "Exchanges, newest first.", query=Listed, paged=True),
    resource("GET /v1/notifications/whole", "notification.whole", views.NotificationPage,
             "Exchanges with what was asked and answered, newest first.", query=Whole,
             paged=True),
    resource("GET /v1/notifications/logging", "notification.apps", list[views.AppLogging],
             "Every number, flow and application, and whether its requests and answers are kept."),
    resource("POST /v1/notifications/logging", "notification.logging", views.AppLogging,
             "Switch the keeping of requests and answers on or off for one app.",
             body=Switch),
    resource("POST /v1/notifications/replay", "notification.replay", views.Replayed,
             "Send the requests of these exchanges again, in this order.", body=Replay),
    resource("GET /v1/notifications/{sid:str}", "notification.show", views.Notification,
             "One exchange with what was asked and answered."),
    resource("GET /v1/deliveries", "delivery.list", views.DeliveryPage,
             "Callbacks that were given up, or those that wait.", query=Waiting, paged=True),
    resource("POST /v1/deliveries/{sid:str}/retry", "delivery.retry", views.Delivery,
             "Try a callback that was given up for another day."),
)  # fmt: skip
