"""Numbers that a trunk brings and nobody uses yet: ranges, and finding a free one in them.

A range says what there is; what is free follows from what is in use, so taking a number and letting
it go write nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ringfence.accounts.resources import StockRange
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import STOCK_RANGE_MAX
from ringfence.numbers.plan import country_of, kind_of, national_digits

_KEYS: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_PATTERN: Final = re.compile(r"\+?[0-9*]{1,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """A number that can be had. ``kind``: a word of ``numbers.plan``, None where nobody knows."""

    number: str = field(repr=False)
    country: str | None
    kind: str | None
    sms: bool


def count(first: str, last: str) -> int:
    """Return how many numbers there are from ``first`` to ``last``, both E.164.

    Raises `Refused`: ``bad_range``.
    """
    if len(first) != len(last) or not (first.startswith("+") and last.startswith("+")):
        raise Refused("bad_range", "both ends are written as + and equally many digits")
    found = int(last[1:]) - int(first[1:]) + 1
    if not 1 <= found <= STOCK_RANGE_MAX:
        raise Refused("bad_range", f"a range has from 1 to {STOCK_RANGE_MAX} numbers")
    return found


def holds(range_: StockRange, e164: str) -> bool:
    """Whether a number lies in a range."""
    digits = e164.lstrip("+")
    if len(e164) != len(range_.first) or not digits.isdigit():
        return False
    return 0 <= int(digits) - int(range_.first[1:]) < range_.count


def free(
    ranges: Iterable[StockRange],
    *,
    used: Callable[[str], bool],
    country: str | None = None,
    kind: str | None = None,
    sms: bool | None = None,
    contains: str | None = None,
    area_code: str | None = None,
) -> Iterator[Free]:
    """Yield numbers that are free and fit, each once, in the order of the ranges.

    ``contains``: digits, letters as on a keypad, and ``*`` for any one digit, anywhere in the
    number. ``area_code``: the first digits within the country. Raises `Refused` (``bad_pattern``).
    """
    pattern = None if contains is None else _pattern(contains)
    seen: set[str] = set()
    for range_ in ranges:
        if sms is not None and range_.sms is not sms:
            continue
        start, width = int(range_.first[1:]), len(range_.first) - 1
        for digits in range(start, start + range_.count):
            number = f"+{digits:0{width}}"
            if number in seen or used(number):
                continue
            if pattern is not None and not pattern.search(number):
                continue
            if area_code is not None and not national_digits(number).startswith(area_code):
                continue
            found = Free(
                number=number,
                country=country_of(number),
                kind=range_.kind or kind_of(number),
                sms=range_.sms,
            )
            if country not in {None, found.country} or kind not in {None, found.kind}:
                continue
            seen.add(number)
            yield found


def _pattern(text: str) -> re.Pattern[str]:
    plain = text.lower().translate(_KEYS)
    if not _PATTERN.fullmatch(plain):
        raise Refused("bad_pattern", "a pattern has digits, letters and * for any digit")
    return re.compile(re.escape(plain).replace(r"\*", "[0-9]"))
