"""``/v1/message-carriers``: who carries text messages, by SMPP or HTTP."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_carriers as views
from ringfence.api.resources import Body, resource


class CarrierAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/message-carriers``."""

    name: str
    smpp: dict[str, Any] | None = None
    http: dict[str, Any] | None = None
    senders: list[str] | None = None


HANDLERS = (
    resource(
        "GET /v1/message-carriers",
        "carrier.list",
        list[views.TextCarrier],
        "Every carrier and how it is.",
    ),
    resource(
        "POST /v1/message-carriers",
        "carrier.add",
        views.TextCarrier,
        "Set a carrier up: `smpp` or `http`, by the fields of `ringfence.accounts.carriers`.",
        body=CarrierAdd,
        status=201,
    ),
    resource(
        "POST /v1/message-carriers/{name:str}/test",
        "carrier.test",
        views.TextCarrier,
        "Wait until a carrier is ready or says why not, for some seconds at most; sends nothing.",
    ),
    resource(
        "DELETE /v1/message-carriers/{name:str}",
        "carrier.remove",
        views.TextCarrier,
        "Take a carrier away; what it has not sent waits for another.",
    ),
)
