"""From the attributes of a Pay to an order, or to what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.markup.verbs import Pay
from ringfence.payments.order import PaymentOrder, amount_of, card_types_of, currency_of

BAD_AMOUNT, BAD_VALUE = 64003, 64020
"""Twilio's numbers."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with an order; never with what value."""

    number: int
    sentence: str


def bad_attribute(pay: Pay) -> Wrong | None:
    """Return the first attribute that makes a payment impossible, None where there is none."""
    currency = currency_of(pay.currency)
    if amount_of(pay.charge_amount, currency or "usd") is None:
        return Wrong(BAD_AMOUNT, "chargeAmount is not a number between 0.00 and 1,000,000.00")
    if currency is None:
        return Wrong(BAD_VALUE, "currency is not a currency's three letters (ISO 4217)")
    if card_types_of(pay.valid_card_types) is None:
        return Wrong(BAD_VALUE, "validCardTypes names a kind of card that there is not")
    return None


def order_of(pay: Pay) -> PaymentOrder:
    """Return the order of a Pay whose attributes are right."""
    postal = {"true": True, "false": False}.get(pay.postal_code.lower(), pay.postal_code)
    return PaymentOrder(
        method="ach-debit" if pay.payment_method == "ach-debit" else "credit-card",
        connector=pay.payment_connector,
        token_type=pay.token_type,
        amount=amount_of(pay.charge_amount, pay.currency) or "",
        currency=currency_of(pay.currency) or "usd",
        description=pay.description,
        security_code=pay.security_code,
        postal_code=postal,
        min_postal_code_length=pay.min_postal_code_length,
        valid_card_types=card_types_of(pay.valid_card_types) or (),
        bank_account_type=pay.bank_account_type,
        parameters=pay.parameters,
        matching=frozenset(prompt.for_ for prompt in pay.prompts if prompt.again),  # type: ignore[misc]
        timeout_ms=pay.timeout * 1000,
    )
