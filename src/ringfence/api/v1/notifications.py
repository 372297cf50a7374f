"""``/v1/notifications``: the log of exchanges with the account's own servers."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath

from ringfence.api import views
from ringfence.api.common import Asked, page, require, use_cases
from ringfence.kernel.errors import Refused


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST /v1/notifications/logging``."""

    on: bool
    number: str | None = None
    flow: str | None = None


@get("/v1/notifications")
async def list_notifications(request: Asked) -> views.NotificationPage:
    """Return exchanges, newest first.

    Query: ``limit``, ``before`` (a SID), ``call``, ``status`` (of HTTP, 0 for no answer), ``since``
    and ``until`` (milliseconds since 1970).
    """
    actor = await require(request)
    args: dict[str, Any] = dict(page(request))
    args["call"] = request.query_params.get("call")
    for name in ("status", "since", "until"):
        args[name] = _whole(name, request.query_params.get(name))
    found: views.NotificationPage = await use_cases(request).run(
        "notification.list", args, actor=actor
    )
    return found


@get("/v1/notifications/logging")
async def list_apps(request: Asked) -> list[views.AppLogging]:
    """Return every number and flow, and whether its calls' requests and answers are kept."""
    actor = await require(request)
    found: list[views.AppLogging] = await use_cases(request).run(
        "notification.apps", {}, actor=actor
    )
    return found


@post("/v1/notifications/logging", status_code=200, opt={"body": Switch})
async def set_logging(request: Asked) -> views.AppLogging:
    """Switch the keeping of requests and answers on or off for one number or flow."""
    actor = await require(request)
    try:
        wanted = msgspec.json.decode(await request.body(), type=Switch)
    except msgspec.MsgspecError:
        raise Refused("bad_argument", "the body is JSON: on, and number or flow") from None
    made: views.AppLogging = await use_cases(request).run(
        "notification.logging", msgspec.structs.asdict(wanted), actor=actor
    )
    return made


@get("/v1/notifications/{sid:str}")
async def show_notification(request: Asked, sid: FromPath[str]) -> views.Notification:
    """Return one exchange with what was asked and answered."""
    actor = await require(request)
    found: views.Notification = await use_cases(request).run(
        "notification.show", {"sid": sid}, actor=actor
    )
    return found


def _whole(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Refused("bad_argument", f"{name} is a whole number")
    return int(text)


HANDLERS = (list_notifications, list_apps, set_logging, show_notification)
