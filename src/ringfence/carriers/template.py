"""How an SMS gateway with HTTP wants to be spoken to, as the operator writes it down.

    url = "https://sms.example.com/send"          placeholders: {to} {to_digits} {from}
    body = "json"  or "form", "query"             {from_digits} {text} {id} {entity}
    fields = {"to": "{to}", "text": "{text}"}     {template} {media}, and {secret}
    success = "\\"status\\":\\"(ok|queued)\\""        searched in the answer; empty: 2xx is enough
    message_id = "messages[0].id"                 a path in JSON, or a regular expression

A placeholder is filled in after the document is taken apart, so no text of a person can change
its structure. ``{media}`` stands for any number of links: as ``media[]`` it is a list in JSON, in a
form the field is there for each, and nowhere where there is none. A gateway whose template does not
mention it gets the links in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ringfence.accounts.filling import PLACEHOLDER, Body, Request, filled, reach
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import GATEWAY_FIELDS_MAX, GATEWAY_PATTERN_CHARS
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Cause, Delivery, Outbound

BODIES: Final[tuple[Body, ...]] = ("json", "form", "query")

_NAMES: Final = frozenset(
    {
        *("to", "to_digits", "from", "from_digits", "text", "id"),
        *("entity", "template", "telemarketer", "campaign", "media", "secret"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One gateway. ``secret``: filled in for {secret}, in a header or a field."""

    url: str = field(repr=False)
    method: Literal["GET", "POST"] = "POST"
    body: Body = "json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names and values; in JSON ``a.b`` lies in an object ``a``; see `filled`."""
    success: str = ""
    message_id: str = ""
    secret: str = field(default="", repr=False)
    receipt: Mapping[str, str] = field(default_factory=dict)
    """Of a webhook: where ``id``, ``state`` and ``error`` are; a path, or a name of a form."""
    inbound: Mapping[str, str] = field(default_factory=dict)
    """Likewise ``from``, ``to``, ``text``, ``id``, and ``media``: one link, several, or a list.

    ``media`` may name several places, separated by spaces (``MediaUrl0 MediaUrl1``).
    """
    states: Mapping[str, str] = field(default_factory=dict)
    """The gateway's words for the states of `Delivery`."""


def check(template: Template) -> None:
    """Refuse a template that cannot work (``bad_template``), with what is wrong."""
    if not template.url.startswith(("https://", "http://")):
        raise Refused("bad_template", "the URL begins with https://")
    if template.body not in BODIES or template.method not in {"GET", "POST"}:
        raise Refused("bad_template", "the body is json, form or query; the method GET or POST")
    if template.method == "GET" and template.body != "query":
        raise Refused("bad_template", "a GET has no body: choose the body query")
    parts = (template.headers, template.fields, template.receipt, template.inbound)
    if any(len(part) > GATEWAY_FIELDS_MAX for part in parts):
        raise Refused("bad_template", f"at most {GATEWAY_FIELDS_MAX} fields of a kind")
    for text in (template.url, *template.headers.values(), *template.fields.values()):
        unknown = set(PLACEHOLDER.findall(text)) - _NAMES
        if unknown:
            raise Refused("bad_template", f"placeholders are {', '.join(sorted(_NAMES))}")
    for pattern in (template.success, template.message_id):
        if len(pattern) > GATEWAY_PATTERN_CHARS:
            raise Refused("bad_template", "a pattern that long cannot be right")
        try:
            re.compile(pattern)
        except re.error:
            raise Refused("bad_template", "a pattern is not a regular expression") from None
    for value in template.headers.values():
        if not value.isascii() or not value.isprintable():
            raise Refused("bad_template", "a header has printable letters")
    for state in template.states.values():
        if state not in set(Delivery):
            raise Refused("bad_template", f"states are {', '.join(Delivery)}")


def request(template: Template, message: Outbound) -> Request:
    """Return the request that hands ``message`` over."""
    return filled(
        method=template.method,
        url=template.url,
        body=template.body,
        headers=template.headers,
        fields=template.fields,
        values=_values(template, message),
        many={"media": message.media},
    )


def succeeded(template: Template, answer: bytes) -> bool:
    """Whether the body of a 2xx says that the message was taken."""
    if not template.success:
        return True
    return re.search(template.success, answer.decode("utf-8", "replace")) is not None


def identify(template: Template, answer: bytes) -> str:
    """Return the gateway's id of the message; empty where it has none."""
    text = answer.decode("utf-8", "replace")
    if not template.message_id:
        return ""
    try:
        found = reach(json.loads(text), template.message_id)
    except (ValueError, RecursionError):
        found = None
    if found is None:
        matched = re.search(template.message_id, text)
        if matched is None:
            return ""
        found = matched[1] if matched.re.groups else matched[0]
    return str(found)[:64]


def told(template: Template, document: Any) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what a webhook says: of a receipt and of a message; at most one is not empty.

    Raises `RemoteError` where it is neither.
    """
    receipt = _read(template.receipt, document)
    if receipt.get("id") and receipt.get("state"):
        return receipt, {}
    message = _read(template.inbound, document)
    if links := _links(template.inbound.get("media", ""), document):
        message["media"] = " ".join(links)
    if message.get("from") and message.get("to"):
        return {}, message
    raise RemoteError("a webhook that is neither a receipt nor a message")


def state_of(template: Template, word: str) -> tuple[Delivery, Cause | None]:
    """Return what a gateway's word for a state means."""
    plain = word.strip().casefold()
    for theirs, ours in template.states.items():
        if theirs.casefold() == plain:
            state = Delivery(ours)
            break
    else:
        state = _USUAL.get(plain, Delivery.UNKNOWN)
    return state, Cause.UNKNOWN if state.failed else None


_USUAL: Final[Mapping[str, Delivery]] = {
    **dict.fromkeys(("delivered", "delivrd", "delivery_success", "read"), Delivery.DELIVERED),
    **dict.fromkeys(("sent", "queued", "enroute", "pending", "buffered"), Delivery.ENROUTE),
    **dict.fromkeys(("accepted", "acceptd", "submitted"), Delivery.ACCEPTED),
    **dict.fromkeys(("failed", "undelivered", "undeliv", "undeliverable"), Delivery.UNDELIVERABLE),
    **dict.fromkeys(("rejected", "rejectd", "blocked"), Delivery.REJECTED),
    **dict.fromkeys(("expired", "timeout"), Delivery.EXPIRED),
    "deleted": Delivery.DELETED,
}


def _read(names: Mapping[str, str], document: Any) -> dict[str, str]:
    found = {ours: reach(document, theirs) for ours, theirs in names.items()}
    return {
        ours: str(value)
        for ours, value in found.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }


def _links(places: str, document: Any) -> list[str]:
    """Return the links at some places of a document, each with one or a list of them."""
    found = [reach(document, f"{place}[]") or reach(document, place) for place in places.split()]
    every = [one for some in found for one in (some if isinstance(some, list) else [some])]
    return [link for one in every if isinstance(one, str) for link in one.split()]


def _takes_media(template: Template) -> bool:
    named = (template.url, *template.headers.values(), *template.fields.values())
    return any("{media}" in text for text in named)


def _with_links(message: Outbound) -> str:
    return "\n".join((message.text, *message.media) if message.text else message.media)


def _values(template: Template, message: Outbound) -> dict[str, str]:
    sender = message.sender
    own = sender.e164 if isinstance(sender, Phone) else sender
    registration = message.registration
    return {
        "to": message.to.e164,
        "to_digits": message.to.e164.removeprefix("+"),
        "from": own,
        "from_digits": own.removeprefix("+"),
        "text": message.text if _takes_media(template) else _with_links(message),
        "id": message.id,
        "entity": registration.entity,
        "template": registration.template,
        "telemarketer": registration.telemarketer,
        "campaign": registration.campaign,
        "secret": template.secret,
    }
