"""Payment processors as the operator sets them up.

Left as it is, a connector speaks the contract of Twilio's generic connector: a POST of JSON with
``method`` (charge, tokenize), ``transaction_id``, ``cardnumber``, ``cvv``, ``expiry_month``,
``expiry_year``, ``postal_code``, ``amount``, ``currency_code``, ``description``, ``parameters``; it
answers ``charge_id`` or ``token_id``, or ``error_code`` with ``error_message``. What the other
fields mean is said in ``gateways.template``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

GENERIC: Final[Mapping[str, str]] = MappingProxyType({
    "transaction_id": "{id}", "method": "{method}", "cardnumber": "{card_number}",
    "cvv": "{security_code}", "expiry_month": "{expiry_month}", "expiry_year": "{expiry_year}",
    "postal_code": "{postal_code}", "bankaccountnumber": "{account_number}",
    "routingnumber": "{routing_number}", "bank_account_type": "{account_type}",
    "amount": "{amount}", "currency_code": "{currency_upper}", "token_type": "{token_type}",
    "description": "{description}",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentConnector:
    """One processor. ``url`` empty: the sandbox inside this program, which moves no money.

    ``parameters``: below which name the account's own parameters lie. ``success``: searched in the
    answer, empty: 2xx without an error is enough. ``confirmation``, ``token``, ``profile``,
    ``error_code``, ``error_message``: paths in the answer; several, separated by spaces, are tried
    in turn. ``idempotent``: it knows a payment by its id, so an answer that did not come is asked
    for once more; any other processor is never asked twice.
    """

    name: str
    url: str = field(default="", repr=False)
    method: Literal["GET", "POST"] = "POST"
    body: Literal["json", "form", "query"] = "json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Mapping[str, str] = field(default_factory=lambda: dict(GENERIC), repr=False)
    parameters: str = "parameters"
    success: str = ""
    confirmation: str = "charge_id"
    token: str = "token_id"  # noqa: S105 - a path
    profile: str = "profile_id"
    error_code: str = "error_code"
    error_message: str = "error_message"
    idempotent: bool = False
    secret: str = field(default="", repr=False)

    @property
    def kind(self) -> Literal["http", "sandbox"]:
        """By what it is spoken to."""
        return "http" if self.url else "sandbox"
