"""Payments that were made on calls, and the processors they go through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from ringfence.accounts.payments import PaymentConnector
from ringfence.api import views_payments as views
from ringfence.gateways.template import check
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PaymentId
from ringfence.kernel.limits import NAME_CHARS_MAX, PAYMENT_CONNECTORS_MAX
from ringfence.kernel.secret import SecretDigits
from ringfence.office import shelf
from ringfence.office.payment_desk import TEST
from ringfence.office.table import KNOWN, TABLE
from ringfence.payments.charge import SENTENCES, Charge
from ringfence.payments.entries import Entries
from ringfence.payments.order import PaymentOrder
from ringfence.storage.payments import Payment
from ringfence.storage.resources import Kept

if TYPE_CHECKING:
    from ringfence.office import Office

_SET_UP = "system.configuration"
_PAYMENT = "user.payment"
_METHOD = "user.financial.method"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_CARD = "4242424242424242"
"""A valid number that no bank issues."""
_MOST = 200


# -- processors ------------------------------------------------------------------------------------


@TABLE.use_case("payment_connector.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add_connector(
    office: Office,
    *,
    name: str,
    url: str = "",
    template: Mapping[str, Any] | None = None,
) -> views.PaymentConnector:
    """Set a processor up. ``url`` and ``template`` (`ringfence.accounts.payments`); none of both:
    the sandbox under another name. Documents name it in ``paymentConnector``; the one called
    ``Default`` takes what names none. Refused: ``bad_template``, ``exists``, ``not_secure``.
    """
    if not _NAME.fullmatch(name) or len(name) > NAME_CHARS_MAX:
        raise Refused("bad_name", "a name begins with a letter and has letters, digits, - _ .")
    kept = office.shelf.all(PaymentConnector)
    if len(kept) >= PAYMENT_CONNECTORS_MAX:
        raise Refused("too_many", "there are as many connectors as there may be; remove one first")
    known = {other.body.name.casefold() for other in kept} | {TEST}
    if name.casefold() in known:
        raise Refused("exists", "there is a connector of that name already")
    body = _connector(name, url, template or {})
    if body.url:
        check(body)
        office.check_secure(body.url)
    return _shown(await shelf.keep(office, body, once=name.casefold()))


def _connector(name: str, url: str, template: Mapping[str, Any]) -> PaymentConnector:
    fields = {**template, "name": name}
    if url:
        fields["url"] = url
    if template and not fields.get("url"):
        raise Refused("bad_template", "say where the processor is: its url")
    unknown = set(fields) - set(PaymentConnector.__slots__)
    if unknown:
        raise Refused("bad_template", f"the fields are {', '.join(PaymentConnector.__slots__)}")
    try:
        return msgspec.convert(fields, PaymentConnector)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("at `$.")[2].rstrip("`")
        raise Refused("bad_template", f"a field of the wrong form: {place[:40]}") from None


@TABLE.use_case("payment_connector.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_connectors(office: Office) -> list[views.PaymentConnector]:
    """Every processor, the sandbox of this program (``test``) among them."""
    ours = views.PaymentConnector(
        sid="", name=TEST, kind="sandbox", address="this machine", idempotent=True
    )
    return [ours, *(_shown(kept) for kept in office.shelf.all(PaymentConnector))]


@TABLE.use_case("payment_connector.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove_connector(office: Office, *, name: str) -> views.PaymentConnector:
    """Take a processor away; payments that it is asked for at the moment go on."""
    kept = _find(office, name)
    await shelf.drop(office, kept)
    return _shown(kept)


@TABLE.use_case(
    "payment_connector.test", actors=KNOWN, purpose="operate", category=_SET_UP, live=True
)
async def test_connector(office: Office, *, name: str) -> views.PaymentTried:
    """Ask a processor for a token of 4242 4242 4242 4242, a card that no bank issued."""
    gateway = office.live.payments.gateway(name)
    if gateway is None:
        raise Refused("not_found", "no connector of that name; 'ringfence payment list' shows them")
    now = office.clock.now()
    order = PaymentOrder(connector=name, postal_code=False, token_type="one-time")  # noqa: S106
    entries = Entries(order)
    year = datetime.fromtimestamp(now / 1000, UTC).year + 2
    for field, digits in (
        ("payment-card-number", _CARD),
        ("expiration-date", f"12{year % 100:02}"),
        ("security-code", "123"),
    ):
        entries.take(field, SecretDigits(digits), now)  # type: ignore[arg-type]
    try:
        outcome = await gateway.charge(Charge(id=_probe(office, now), order=order, entries=entries))
    finally:
        entries.wipe()
    return views.PaymentTried(
        name=name, standing=outcome.standing, code=outcome.code or None,
        why=SENTENCES.get(outcome.code), error=outcome.error or None,
    )  # fmt: skip


def _probe(office: Office, now: Ms) -> str:
    return f"PK{now:012x}{office.entropy.token(10).hex()}"


def _find(office: Office, name: str) -> Kept[PaymentConnector]:
    for kept in office.shelf.all(PaymentConnector):
        if name == kept.id or name.casefold() == kept.body.name.casefold():
            return kept
    raise Refused("not_found", "no connector of that name; 'ringfence payment list' shows them")


def _shown(kept: Kept[PaymentConnector]) -> views.PaymentConnector:
    body = kept.body
    return views.PaymentConnector(
        sid=kept.id, name=body.name, kind=body.kind,
        address=(urlsplit(body.url).hostname or "") if body.url else "this machine",
        idempotent=body.idempotent or not body.url, created=kept.created_at,
    )  # fmt: skip


# -- payments --------------------------------------------------------------------------------------


@TABLE.use_case("payment.list", actors=KNOWN, purpose="take_payment", category=_PAYMENT)
async def list_payments(
    office: Office, *, limit: int = 50, before: str | None = None
) -> list[views.Payment]:
    """Payments, newest first; what was paid with is shown by `payment.show` alone."""
    if not 1 <= limit <= _MOST:
        raise Refused("bad_argument", f"ask for 1 to {_MOST} payments at once")
    room = office.store.rooms.payments
    found = office.read(lambda queries: room.page(queries, count=limit, before=before))
    return [view(payment) for payment in found]


@TABLE.use_case("payment.show", actors=KNOWN, purpose="take_payment", category=_METHOD)
async def show_payment(office: Office, *, sid: str) -> views.Payment:
    """One payment with the last digits it was made with and what the processor answered."""
    room = office.store.rooms.payments
    found = office.read(lambda queries: room.get(queries, PaymentId(sid)))
    plain = view(found)
    try:
        paid = room.paid_with(found)
    except Refused as refused:
        if refused.code != "erased":
            raise
        paid = None
    if paid is None:
        return plain
    return msgspec.structs.replace(
        plain, last=paid.last or None, card_type=paid.card_type or None,
        confirmation=paid.confirmation or None, token=paid.token or None, error=paid.error or None,
    )  # fmt: skip


def view(payment: Payment) -> views.Payment:
    """Return a payment as it is listed."""
    return views.Payment(
        sid=payment.id, call=payment.call, connector=payment.connector, state=payment.state,
        result=payment.result, code=payment.code, why=SENTENCES.get(payment.code or ""),
        source=payment.source, method=payment.method, amount=payment.amount or None,
        currency=payment.currency, opened=payment.opened_at, asked=payment.asked_at,
        ended=payment.ended_at,
    )  # fmt: skip
