"""How a payment processor wants to be spoken to, as the operator writes it down.

    url = "https://pay.example.com/charge"       placeholders: {id} {method} {card_number}
    body = "json"  or "form", "query"            {card_type} {security_code} {expiry_month}
    fields = {"card.number": "{card_number}",    {expiry_year} {expiry_year4} {postal_code}
              "value:number": "{minor_amount}"}  {account_number} {routing_number} {account_type}
    headers = {"Idempotency-Key": "{id}"}
    success = "\\"status\\":\\"(ok|paid)\\""         {amount} {minor_amount} {currency}
    confirmation = "charge.id"                   {currency_upper} {token_type} {description}
                                                 {secret}

A field whose placeholders are all empty is left out. {amount} has a point ("20.45"),
{minor_amount} none ("2045"); {method} is ``charge`` or ``tokenize``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from ringfence.accounts.filling import PLACEHOLDER, Request, filled, reach
from ringfence.accounts.payments import PaymentConnector
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import GATEWAY_FIELDS_MAX, GATEWAY_PATTERN_CHARS
from ringfence.payments.cards import card_type
from ringfence.payments.charge import (
    REJECTED_CARD,
    REJECTED_CHARGE,
    REJECTED_TOKEN,
    Charge,
    Outcome,
    unknown,
)
from ringfence.payments.order import PaymentOrder, decimals

PLACEHOLDERS: Final = (
    "id", "method", "card_number", "card_type", "security_code", "expiry_month", "expiry_year",
    "expiry_year4", "postal_code", "account_number", "routing_number", "account_type", "amount",
    "minor_amount", "currency", "currency_upper", "token_type", "description", "secret",
)  # fmt: skip
_SHOWN = 200
_LONG_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){11,18}")
_OF_A_CARD = frozenset({402, 422})


def check(connector: PaymentConnector) -> None:
    """Refuse a connector that cannot work (``bad_template``), with what is wrong."""
    if not connector.url.startswith(("https://", "http://")):
        raise Refused("bad_template", "the URL begins with https://")
    if PLACEHOLDER.search(connector.url):
        raise Refused("bad_template", "nothing is filled into the URL: URLs are written to logs")
    if connector.body == "query" or connector.method == "GET":
        raise Refused("bad_template", "a card does not go into a URL: POST json or a form")
    if len(connector.fields) > GATEWAY_FIELDS_MAX or len(connector.headers) > GATEWAY_FIELDS_MAX:
        raise Refused("bad_template", f"at most {GATEWAY_FIELDS_MAX} fields and as many headers")
    for text in (*connector.headers.values(), *connector.fields.values()):
        if not set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDERS):
            raise Refused("bad_template", f"placeholders are {', '.join(PLACEHOLDERS)}")
    for value in connector.headers.values():
        if not value.isascii() or not value.isprintable():
            raise Refused("bad_template", "a header has printable letters")
    if len(connector.success) > GATEWAY_PATTERN_CHARS:
        raise Refused("bad_template", "a pattern that long cannot be right")
    try:
        re.compile(connector.success)
    except re.error:
        raise Refused("bad_template", "success is not a regular expression") from None


def values(connector: PaymentConnector, charge: Charge) -> dict[str, str]:
    """Return what the placeholders stand for. From here on the digits are in clear text."""
    order, entries = charge.order, charge.entries
    date = entries.secret("expiration-date").reveal()
    postal = entries.secret("postal-code").reveal()
    if isinstance(order.postal_code, str):
        postal = order.postal_code
    return {
        "id": charge.id,
        "method": "charge" if order.charges else "tokenize",
        "card_number": entries.secret("payment-card-number").reveal(),
        "card_type": entries.card_type,
        "security_code": entries.secret("security-code").reveal(),
        "expiry_month": date[:2],
        "expiry_year": date[2:],
        "expiry_year4": f"20{date[2:]}" if date else "",
        "postal_code": postal,
        "account_number": entries.secret("bank-account-number").reveal(),
        "routing_number": entries.secret("bank-routing-number").reveal(),
        "account_type": order.bank_account_type if order.method == "ach-debit" else "",
        "amount": order.amount,
        "minor_amount": _minor(order),
        "currency": order.currency if order.charges else "",
        "currency_upper": order.currency.upper() if order.charges else "",
        "token_type": "" if order.charges else order.token_type,
        "description": order.description,
        "secret": connector.secret,
    }


def _minor(order: PaymentOrder) -> str:
    if not order.amount:
        return ""
    return str(int(Decimal(order.amount).scaleb(decimals(order.currency))))


def request(connector: PaymentConnector, order: PaymentOrder, with_: Mapping[str, str]) -> Request:
    """Return the request that asks for a payment; ``with_``: what may be said of it."""
    known = {name: with_.get(name, "") for name in PLACEHOLDERS}
    fields: dict[str, str] = {}
    for name, text in connector.fields.items():
        wanted = PLACEHOLDER.findall(text)
        if not wanted or any(known[one] for one in wanted):
            fields[name] = text
    told = filled(
        method=connector.method, url=connector.url, body=connector.body,
        headers=connector.headers, fields=fields, values=known,
    )  # fmt: skip
    if not order.parameters or not connector.parameters:
        return told
    return _with_parameters(connector, told, order.parameters)


def _with_parameters(
    connector: PaymentConnector, told: Request, pairs: tuple[tuple[str, str], ...]
) -> Request:
    """The account's own values come last and whole, whatever braces are in them."""
    if connector.body == "json":
        document: dict[str, Any] = json.loads(told.body)
        document[connector.parameters] = dict(pairs)
        body = json.dumps(document, ensure_ascii=False).encode()
        return Request(told.method, told.url, told.headers, body, told.media_type)
    more = urlencode([(f"{connector.parameters}[{name}]", value) for name, value in pairs])
    body = b"&".join(part for part in (told.body, more.encode()) if part)
    return Request(told.method, told.url, told.headers, body, told.media_type)


def judge(
    connector: PaymentConnector,
    order: PaymentOrder,
    status: int,
    body: bytes,
    *,
    secrets: tuple[str, ...] = (),
) -> Outcome:
    """Return what an answer means. A status that may come after a charge makes it unknown.

    ``secrets``: what must not be kept or told, should the processor repeat it.
    """
    if status in {408, 409, 425} or status >= 500 or 300 <= status < 400:
        return unknown("no_answer", order)
    document = _document(body)
    error = _error(connector, document, secrets)
    rejected = REJECTED_CHARGE if order.charges else REJECTED_TOKEN
    if status >= 400:
        of_card = status in _OF_A_CARD
        return Outcome(
            standing="declined", code="declined" if of_card else "rejected",
            pay_error=REJECTED_CARD if of_card else rejected,
            error=error or f"HTTP {status}",
        )  # fmt: skip
    if error:
        return Outcome(standing="declined", code="declined", pay_error=REJECTED_CARD, error=error)
    if connector.success and not re.search(connector.success, body.decode("utf-8", "replace")):
        return Outcome(standing="declined", code="rejected", pay_error=rejected)
    found = Outcome(
        standing="approved",
        confirmation=_at(document, connector.confirmation, secrets),
        token=_at(document, connector.token, secrets),
        profile=_at(document, connector.profile, secrets),
    )
    if not connector.success and not (found.confirmation or found.token or found.profile):
        return unknown("not_understood", order)
    return found


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _error(connector: PaymentConnector, document: Any, secrets: tuple[str, ...]) -> str:
    paths = (connector.error_code, connector.error_message)
    parts = [_at(document, path, secrets) for path in paths]
    return ": ".join(part for part in parts if part)[:_SHOWN]


def _at(document: Any, paths: str, secrets: tuple[str, ...]) -> str:
    """Return the first value found, without what looks like a card's number or is a secret."""
    for path in paths.split():
        value = reach(document, path)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return blotted(str(value)[:_SHOWN], secrets)
    return ""


def blotted(text: str, secrets: tuple[str, ...]) -> str:
    """Return a text in which secrets, and any number that could be a card's, are crosses."""
    for secret in secrets:
        if secret:
            pattern = rf"(?<![0-9A-Za-z]){secret}(?![0-9A-Za-z])" if len(secret) < 7 else secret
            text = re.sub(pattern, "x" * len(secret), text)
    return _LONG_NUMBER.sub(_blot, text)


def _blot(found: re.Match[str]) -> str:
    digits = "".join(mark for mark in found[0] if mark.isdigit())
    return "x" * len(digits) if card_type(digits) else found[0]
