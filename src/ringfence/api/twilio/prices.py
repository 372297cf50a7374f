"""Amounts as Twilio's clients read them: ``-0.01400``, of what was charged; null until it is known.

What is nobody's price is null, and its unit the dollar, as where Twilio knows no price yet.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

UNKNOWN_UNIT: Final = "USD"
_FIVE = Decimal("0.00001")


def charged(price: str | None) -> str | None:
    """Return what somebody was charged: less than nothing, five decimals or six."""
    if price is None:
        return None
    amount = Decimal(price)
    whole = amount == amount.quantize(_FIVE)
    sign = "-" if amount else ""
    return f"{sign}{amount:.5f}" if whole else f"{sign}{amount:.6f}"


def number(amount: str | None) -> msgspec.Raw | None:
    """Return a decimal in text as a number of JSON, digit for digit: it is never a float here."""
    return None if amount is None else msgspec.Raw(amount.encode())


def unit(currency: str | None) -> str:
    """Return the unit of a price, in capitals."""
    return currency or UNKNOWN_UNIT
