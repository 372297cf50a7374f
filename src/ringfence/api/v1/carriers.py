"""``/v1/message-carriers``: who carries text messages, by SMPP or HTTP."""

from __future__ import annotations

from typing import Literal

from ringfence.api import views_carriers as views
from ringfence.api.resources import Body, resource


class Smpp(Body, frozen=True, kw_only=True):
    """A message centre that speaks SMPP 3.4, who we are there, and its ways.

    ``outbind``: the port where it calls us. ``window``: messages sent before the first is answered.
    ``per_second``: what the contract allows. ``alphabet``: what data coding 0 means there.
    ``parts``: how long messages are cut. ``languages``: whose national tables telephones there
    know (ISO 639-1). ``smart``: curly quotes become plain ones where that saves a part.
    ``receipt_ids``: how receipts write the ids of answers.
    """

    host: str
    port: int
    tls: bool | None = None
    system_id: str
    password: str
    system_type: str | None = None
    sessions: Literal["transceiver", "separate", "transmitter", "receiver"] | None = None
    outbind: int | None = None
    window: int | None = None
    per_second: int | None = None
    alphabet: Literal["gsm7", "latin1"] | None = None
    parts: Literal["udh", "udh16", "sar", "payload"] | None = None
    languages: list[str] | None = None
    smart: bool | None = None
    receipt_ids: Literal["same", "hex", "decimal"] | None = None
    service_type: str | None = None
    source_ton: int | None = None
    source_npi: int | None = None
    dest_ton: int | None = None
    dest_npi: int | None = None


class Gateway(Body, frozen=True, kw_only=True):
    """A gateway with HTTP: how it is asked, and where its answers and webhooks have what.

    ``fields`` and ``headers`` are filled in: {to} {to_digits} {from} {from_digits} {text} {id}
    {media} {entity} {template} {telemarketer} {campaign} {secret}; ``a.b`` lies in an object a,
    ``a[]`` is a list, ``a:number`` a number. ``success``: searched in the answer. ``message_id``: a
    path in it.
    ``receipt`` and ``inbound``: where a webhook has id, state, error, and from, to, text, id,
    media. ``states``: its words for states.
    """

    url: str
    method: Literal["GET", "POST"] | None = None
    body: Literal["json", "form", "query"] | None = None
    headers: dict[str, str] | None = None
    fields: dict[str, str] | None = None
    success: str | None = None
    message_id: str | None = None
    secret: str | None = None
    receipt: dict[str, str] | None = None
    inbound: dict[str, str] | None = None
    states: dict[str, str] | None = None


class CarrierAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/message-carriers``; of neither: it delivers to ourselves."""

    name: str
    smpp: Smpp | None = None
    http: Gateway | None = None
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
        "Set a carrier up, by `smpp` or by `http`.",
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
