"""Payments sessions: a call's agent asks for a card, the caller keys it in, the agent sees crosses.

The SID of a call names the leg that pays: the call's own first leg, or a leg that it dialled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from ringfence.api import views_payments as views
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, leg_of
from ringfence.kernel.limits import (
    MARKUP_WAIT_SECONDS,
    NAME_CHARS_MAX,
    PAYMENT_PARAMETERS_MAX,
    PAYMENT_TEXT_CHARS,
)
from ringfence.markup.pay_session import CAPTURES, PaySession, SessionOrder
from ringfence.office.records import call_id, record_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.payments.entries import POSTAL_MOST
from ringfence.payments.order import (
    ACCOUNT_TYPES,
    FIELDS,
    METHODS,
    TOKEN_TYPES,
    Field,
    PaymentOrder,
    amount_of,
    card_types_of,
    currency_of,
)
from ringfence.privacy.purposes import exchange_itself
from ringfence.storage.payments import Payment
from ringfence.switch import payments as sessions
from ringfence.switch.live import LiveCall

if TYPE_CHECKING:
    from ringfence.office import Office

_PAYMENT = "user.payment"
_KEY_MOST = 128


@TABLE.use_case("payment.start", actors=KNOWN, live=True, purpose="take_payment", category=_PAYMENT)
async def start(
    office: Office,
    *,
    call: str,
    key: str,
    status_url: str,
    method: str = "credit-card",
    amount: str = "",
    currency: str = "usd",
    connector: str = "Default",
    description: str = "",
    token_type: str = "reusable",  # noqa: S107 - a word
    card_types: str = "visa mastercard amex",
    security_code: bool = True,
    postal_code: bool = True,
    min_postal_code_length: int = 0,
    bank_account_type: str = "consumer-checking",
    timeout_s: int = 5,
    twice: list[str] | None = None,
    confirm: bool = False,
    parameters: dict[str, str] | None = None,
) -> views.PaymentSession:
    """Begin a session on a call in progress; ``key`` again is the same session.

    ``twice``: what is entered two times. ``confirm``: the caller hears how the number ends, and
    says yes before anything is charged. ``status_url`` is told of everything, masked. Refused:
    ``session_in_progress``, ``call_not_in_progress``, ``bad_argument``, ``no_connector``.
    """
    live, leg, shown = _live(office, call)
    office.check_url(status_url)
    if not key or len(key) > _KEY_MOST:
        raise Refused("bad_argument", f"give a key of 1 to {_KEY_MOST} characters")
    order = PaymentOrder(
        method=_one(method, METHODS),
        connector=_short(connector, NAME_CHARS_MAX),
        token_type=_one(token_type, TOKEN_TYPES),
        amount=_amount(amount, currency),
        currency=currency_of(currency) or "usd",
        description=_short(description, PAYMENT_TEXT_CHARS),
        security_code=security_code,
        postal_code=postal_code,
        min_postal_code_length=min(max(min_postal_code_length, 0), POSTAL_MOST),
        valid_card_types=card_types_of(card_types) or _bad("a kind of card that there is not"),
        bank_account_type=_one(bank_account_type, ACCOUNT_TYPES),
        parameters=_pairs(parameters or {}),
        matching=frozenset(cast("Field", _one(name, FIELDS)) for name in twice or ()),
        timeout_ms=min(max(timeout_s, 1), MARKUP_WAIT_SECONDS) * 1000,
    )
    unique = f"{live.id}:{key}"
    running = live.payment
    room = office.store.rooms.payments
    known = office.read(lambda queries: room.under(queries, unique))
    if known is not None:
        return views.PaymentSession(
            sid=known.id, call=shown, created=known.opened_at,
            updated=known.ended_at or known.opened_at,
        )  # fmt: skip
    if running is not None and running.state != "over":
        raise Refused("session_in_progress", "complete or cancel the payment that is going on")
    opened = await office.live.payments.begin(live.id, order, once=unique)
    if not isinstance(opened, Payment):
        raise Refused(opened.code, "no payment connector of that name: ringfence payment add")
    if live.call.ending or (live.payment is not running):
        raise Refused("call_not_in_progress", "the call is over")
    session = PaySession(
        opened.id, order, call=live.id, account=office.account.id, leg=leg, shown=shown,
        began=opened.opened_at, confirm=confirm,
        language="" if live.program is None else live.program.context.language,
    )  # fmt: skip
    live.payment = session
    _ask(office, live, session, SessionOrder(callback=status_url))
    return _view(session)


@TABLE.use_case(
    "payment.update", actors=KNOWN, live=True, purpose="take_payment", category=_PAYMENT
)
async def update(
    office: Office,
    *,
    call: str,
    sid: str,
    status_url: str,
    capture: str = "",
    status: str = "",
) -> views.PaymentSession:
    """Ask the caller for one thing (``capture``), or ``complete`` or ``cancel`` the payment.

    Refused: ``payment_incomplete`` with what is missing, ``bad_capture``, ``payment_over``.
    """
    live, _, _ = _live(office, call)
    office.check_url(status_url)
    session = live.payment
    if session is None or session.payment != sid:
        raise Refused("not_found", "no payment of that SID is going on in that call")
    if bool(capture) == bool(status) or (status and status not in {"complete", "cancel"}):
        raise Refused("bad_argument", "give a capture, or the status complete or cancel")
    if capture and capture not in CAPTURES:
        raise Refused("bad_argument", f"a capture is one of: {', '.join(CAPTURES)}")
    wanted = cast("Literal['', 'complete', 'cancel']", status)
    _ask(office, live, session, SessionOrder(callback=status_url, capture=capture, status=wanted))
    return _view(session)


def _ask(office: Office, live: LiveCall, session: PaySession, wanted: SessionOrder) -> None:
    with exchange_itself():
        sessions.order(office.live.runner, live, session, wanted)


def _live(office: Office, sid: str) -> tuple[LiveCall, LegId | None, CallId]:
    """Return the call, the leg where the SID is that of a dialled one, and the SID."""
    call, runner = call_id(sid), office.live.runner
    live = office.live_call(call)
    if live is not None:
        if not live.call.answered or live.call.ending:
            raise Refused("call_not_in_progress", "nobody is on the line")
        return live, None, call
    leg = runner.legs.get(leg_of(call))
    live = None if leg is None else office.live_call(leg.call)
    if leg is not None and live is not None:
        if not leg.answered:
            raise Refused("call_not_in_progress", "nobody is on the line")
        return live, leg.id, call
    if record_of(office, call) is None:
        raise Refused("not_found", "no call of that SID")
    raise Refused("call_not_in_progress", "the call is over")


def _view(session: PaySession) -> views.PaymentSession:
    return views.PaymentSession(
        sid=session.payment, call=session.shown, created=session.began, updated=session.updated
    )


def _bad(what: str) -> tuple[str, ...]:
    raise Refused("bad_argument", what)


def _one(value: str, known: tuple[str, ...]) -> Any:
    if value not in known:
        raise Refused("bad_argument", f"one of: {', '.join(known)}")
    return value


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise Refused("bad_argument", f"at most {most} characters")
    return text


def _amount(text: str, currency: str) -> str:
    if currency_of(currency) is None:
        raise Refused("bad_argument", "a currency has three letters, those of ISO 4217")
    amount = amount_of(text, currency)
    if amount is None:
        raise Refused("bad_argument", "an amount is a number between 0.00 and 1,000,000.00")
    return amount


def _pairs(given: dict[str, str]) -> tuple[tuple[str, str], ...]:
    pairs = tuple(given.items())
    long = any(len(name) + len(value) > PAYMENT_TEXT_CHARS for name, value in pairs)
    if long or len(pairs) > PAYMENT_PARAMETERS_MAX:
        raise Refused("bad_argument", "too many parameters, or one that is too long")
    return pairs
