"""``/v1/payments`` and ``/v1/payment-connectors``: what was paid on calls, and through whom."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_payments as views
from ringfence.api.resources import Body, resource


class ConnectorAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/payment-connectors``."""

    name: str
    url: str = ""
    template: dict[str, Any] | None = None


class SessionStart(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls/{sid}/payments``; ``key`` again is the same session."""

    key: str
    status_url: str
    method: str = "credit-card"
    amount: str = ""
    currency: str = "usd"
    connector: str = "Default"
    description: str = ""
    token_type: str = "reusable"  # noqa: S105 - a word
    card_types: str = "visa mastercard amex"
    security_code: bool = True
    postal_code: bool = True
    min_postal_code_length: int = 0
    bank_account_type: str = "consumer-checking"
    timeout_s: int = 5
    twice: list[str] | None = None
    confirm: bool = False
    parameters: dict[str, str] | None = None


class SessionUpdate(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls/{call}/payments/{sid}``: a capture, or a status."""

    status_url: str
    capture: str = ""
    status: str = ""


HANDLERS = (
    resource(
        "POST /v1/calls/{call:str}/payments",
        "payment.start",
        views.PaymentSession,
        "Begin a payments session on a call in progress: the caller keys a card in, nobody hears "
        "it, and `status_url` is told of it masked.",
        body=SessionStart,
        status=201,
    ),
    resource(
        "POST /v1/calls/{call:str}/payments/{sid:str}",
        "payment.update",
        views.PaymentSession,
        "Ask the caller for one thing (`capture`), or `complete` or `cancel` the payment.",
        body=SessionUpdate,
    ),
    resource(
        "GET /v1/payments",
        "payment.list",
        list[views.Payment],
        "Payments, newest first, without what was paid with.",
        paged=True,
    ),
    resource(
        "GET /v1/payments/{sid:str}",
        "payment.show",
        views.Payment,
        "One payment with the last digits it was made with and what the processor answered.",
    ),
    resource(
        "GET /v1/payment-connectors",
        "payment_connector.list",
        list[views.PaymentConnector],
        "Every processor; `test` is the sandbox of this program and moves no money.",
    ),
    resource(
        "POST /v1/payment-connectors",
        "payment_connector.add",
        views.PaymentConnector,
        "Set a processor up by its URL and, where it does not speak the generic contract, a "
        "template (`ringfence.accounts.payments`).",
        body=ConnectorAdd,
        status=201,
    ),
    resource(
        "POST /v1/payment-connectors/{name:str}/test",
        "payment_connector.test",
        views.PaymentTried,
        "Ask a processor for a token of 4242 4242 4242 4242, a card that no bank issued.",
    ),
    resource(
        "DELETE /v1/payment-connectors/{name:str}",
        "payment_connector.remove",
        views.PaymentConnector,
        "Take a processor away.",
    ),
)
