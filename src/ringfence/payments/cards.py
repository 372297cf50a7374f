"""Numbers of cards and banks: which card it is, whether its digits hold, until when it is valid.

Prefixes and lengths are those that Twilio documents for ``validCardTypes``; the check digits are
Luhn's (ISO/IEC 7812-1, annex B) and, of routing numbers, the American Bankers Association's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ringfence.kernel.clock import Ms

CARD_TYPES: Final = (
    "visa", "mastercard", "amex", "maestro", "discover", "optima", "jcb", "diners-club", "enroute",
)  # fmt: skip
EVERYDAY: Final = ("visa", "mastercard", "amex")
"""Those taken where nothing else is said."""
LONGEST: Final = 19
_YEARS_AHEAD: Final = 20


@dataclass(frozen=True, slots=True)
class _Brand:
    """``prefix``: the first six digits, as a number, of those it issues."""

    word: str
    lengths: range | tuple[int, ...]
    prefix: Callable[[int], bool]
    checked: bool = True


def _begins(*ranges: tuple[int, int]) -> Callable[[int], bool]:
    """Whether the first digits lie in one of the ranges, each as long as its bounds."""
    wide = [
        (low * 10 ** (6 - len(str(low))), (high + 1) * 10 ** (6 - len(str(high))) - 1)
        for low, high in ranges
    ]
    return lambda first: any(low <= first <= high for low, high in wide)


_BRANDS: Final = (
    _Brand("visa", (13, 16, 19), _begins((4, 4))),
    _Brand("mastercard", (16,), _begins((51, 55), (222100, 272099))),
    _Brand("amex", (15,), _begins((34, 34), (37, 37))),
    _Brand("optima", (15,), _begins((34, 34), (37, 37))),  # American Express's other name
    _Brand("discover", range(16, 20), _begins((6011, 6011), (64, 65))),
    _Brand("jcb", range(16, 20), _begins((3528, 3589))),
    _Brand("diners-club", range(14, 20), _begins((300, 305), (3095, 3095), (36, 36), (38, 39))),
    _Brand("enroute", (15,), _begins((2014, 2014), (2149, 2149)), checked=False),
    _Brand("maestro", range(12, 20), _begins((50, 50), (56, 58), (6, 6))),
)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    total = 0
    for place, mark in enumerate(reversed(digits)):
        value = int(mark)
        if place % 2:
            value = value * 2 - 9 * (value > 4)
        total += value
    return total % 10 == 0


def card_type(number: str, wanted: tuple[str, ...] = CARD_TYPES) -> str:
    """Return whose card it is, first among those ``wanted``; empty for no card number at all."""
    if len(number) < 12:
        return ""
    first = int(number[:6])
    found = [
        brand.word
        for brand in _BRANDS
        if len(number) in brand.lengths
        and brand.prefix(first)
        and (luhn(number) or not brand.checked)
    ]
    return next((word for word in found if word in wanted), found[0] if found else "")


def is_whole(number: str) -> bool:
    """Whether nothing can follow: every brand that begins so has this length and no longer one."""
    if len(number) < 6:
        return False
    first = int(number[:6])
    lengths = [max(brand.lengths) for brand in _BRANDS if brand.prefix(first)]
    return bool(lengths) and len(number) >= max(lengths)


def code_length(kind: str) -> int:
    """Return how many digits the security code of a brand's cards has."""
    return 4 if kind in {"amex", "optima"} else 3


def expires(digits: str, now: Ms) -> bool:
    """Whether ``MMYY`` is a month that is not over (UTC), and of this generation of cards."""
    if len(digits) != 4:
        return False
    month, year = int(digits[:2]), 2000 + int(digits[2:])
    today = datetime.fromtimestamp(now / 1000, UTC)
    if not 1 <= month <= 12:
        return False
    return (today.year, today.month) <= (year, month) and year <= today.year + _YEARS_AHEAD


def routing(digits: str) -> bool:
    """Whether nine digits are a bank's routing number."""
    if len(digits) != 9 or not any(mark != "0" for mark in digits):
        return False
    weighed = zip((3, 7, 1, 3, 7, 1, 3, 7, 1), digits, strict=True)
    return sum(weight * int(mark) for weight, mark in weighed) % 10 == 0
