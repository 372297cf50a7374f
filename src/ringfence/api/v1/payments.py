"""``/v1/payments`` and ``/v1/payment-connectors``: what was paid on calls, and through whom."""

from __future__ import annotations

from typing import Literal

from ringfence.api import views_payments as views
from ringfence.api.resources import Body, resource


class Processor(Body, frozen=True, kw_only=True):
    """How a processor of payments is asked that does not speak the generic contract.

    ``parameters``: below which name the account's own parameters lie. ``success``: searched in the
    answer, empty: 2xx without an error is enough. ``confirmation``, ``token``, ``profile``,
    ``error_code``, ``error_message``: paths in the answer; several, separated by spaces, are tried
    in turn. ``idempotent``: it knows a payment by its id.
    """

    url: str | None = None
    method: Literal["GET", "POST"] | None = None
    body: Literal["json", "form", "query"] | None = None
    headers: dict[str, str] | None = None
    fields: dict[str, str] | None = None
    parameters: str | None = None
    success: str | None = None
    confirmation: str | None = None
    token: str | None = None
    profile: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    idempotent: bool | None = None
    secret: str | None = None


class ConnectorAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/payment-connectors``."""

    name: str
    url: str = ""
    template: Processor | None = None


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
        "template.",
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
