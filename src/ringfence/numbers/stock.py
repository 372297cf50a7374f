"""Numbers that a trunk brings and nobody uses yet: ranges, and finding a free one in them.

A range says what there is; what is free follows from what is in use, so taking a number and letting
it go write nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import asin, cos, radians, sin, sqrt
from typing import Final

from ringfence.accounts.resources import AddressRule, StockPlace, StockRange
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import STOCK_RANGE_MAX
from ringfence.numbers.places import place_of
from ringfence.numbers.plan import country_of, kind_of, national_digits

MILES: Final = 25
"""How far away is near, unless it is said."""

_KEYS: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_PATTERN: Final = re.compile(r"(\+?)([0-9*%]{1,16})(\$?)")
_E164: Final = re.compile(r"\+[0-9]{7,15}")
_POINT: Final = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,12})?),\s*(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)")
_EARTH_MILES: Final = 3_958.8
"""The mean radius, IUGG."""
_PLACES: Final = ("locality", "region", "postal_code", "rate_center", "lata")


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """A number that can be had. ``kind``: a word of ``numbers.plan``, None where nobody knows."""

    number: str = field(repr=False)
    country: str | None
    kind: str | None
    range: StockRange

    @property
    def place(self) -> StockPlace:
        """Where it is from: as its range says, and its digits where that says nothing."""
        return _completed(self.range.place, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a number is to be; None and "" where that is all the same.

    ``contains``: digits, letters as on a keypad, ``*`` for any one digit and ``%`` for any, found
    anywhere unless it begins with ``+`` or ends with ``$``. ``area_code``: the first digits within
    the country. ``locality`` to ``lata``: words of `StockPlace`, or a number (E.164) that is from
    the same one. ``near``: a number, or latitude and longitude; ``miles``: how far from there.
    ``without_address``: which rules about addresses it may not have. ``beta``: False for none.
    """

    country: str | None = None
    kind: str | None = None
    voice: bool | None = None
    sms: bool | None = None
    mms: bool | None = None
    fax: bool | None = None
    contains: str | None = None
    area_code: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None
    near: str | None = field(default=None, repr=False)
    miles: int = MILES
    without_address: frozenset[AddressRule] = frozenset()
    beta: bool | None = None


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


def whereabouts(ranges: Iterable[StockRange], e164: str) -> StockPlace:
    """Return where a number is from: as its range says, else its digits."""
    found = next((range_.place for range_ in ranges if holds(range_, e164)), StockPlace())
    return _completed(found, e164)


def free(
    ranges: Sequence[StockRange], wanted: Wanted, *, used: Callable[[str], bool]
) -> Iterator[Free]:
    """Yield numbers that are free and fit, each once, in the order of the ranges.

    Raises `Refused`: ``bad_pattern``, ``bad_place``.
    """
    pattern = None if wanted.contains is None else _pattern(wanted.contains)
    fits = _Fitting(ranges, wanted)
    seen: set[str] = set()
    for range_ in ranges:
        if not _can(range_, wanted):
            continue
        start, width = int(range_.first[1:]), len(range_.first) - 1
        for digits in range(start, start + range_.count):
            number = f"+{digits:0{width}}"
            if number in seen or used(number):
                continue
            if pattern is not None and not pattern.search(number):
                continue
            area = wanted.area_code
            if area is not None and not national_digits(number).startswith(area):
                continue
            country, kind = country_of(number), range_.kind or kind_of(number)
            if wanted.country not in {None, country} or wanted.kind not in {None, kind}:
                continue
            found = Free(number=number, country=country, kind=kind, range=range_)
            if fits(found):
                seen.add(number)
                yield found


def _can(range_: StockRange, wanted: Wanted) -> bool:
    """Whether what was said of a whole range fits."""
    return (
        wanted.voice in {None, range_.voice}
        and wanted.sms in {None, range_.sms}
        and wanted.mms in {None, range_.mms}
        and wanted.fax in {None, range_.fax}
        and range_.address not in wanted.without_address
        and not (range_.beta and wanted.beta is False)
    )


class _Fitting:
    """Whether a place is where it is to be."""

    __slots__ = ("_miles", "_near", "_words")

    def __init__(self, ranges: Sequence[StockRange], wanted: Wanted) -> None:
        self._words: dict[str, str] = {}
        self._near = None if wanted.near is None else _spot(ranges, wanted.near)
        self._miles = wanted.miles
        for name in _PLACES:
            word = getattr(wanted, name)
            if word is None:
                continue
            if _E164.fullmatch(word):
                word = getattr(whereabouts(ranges, word), name)
            self._words[name] = word.casefold()

    def __call__(self, found: Free) -> bool:
        if not self._words and self._near is None:
            return True
        place = found.place
        for name, word in self._words.items():
            said = getattr(place, name).casefold()
            if not said or said != word:
                return False
        return self._near is None or _within(self._miles, self._near, place)


def _spot(ranges: Sequence[StockRange], near: str) -> StockPlace:
    point = _POINT.fullmatch(near.strip())
    if point is not None:
        return StockPlace(latitude=float(point[1]), longitude=float(point[2]))
    if _E164.fullmatch(near) is None:
        raise Refused("bad_place", "near is a number like +12025550123, or latitude,longitude")
    return whereabouts(ranges, near)


def _within(most: int, one: StockPlace, other: StockPlace) -> bool:
    """Whether two places are near; without degrees of both only the same town is."""
    there, here = _degrees(one), _degrees(other)
    if there is not None and here is not None:
        return miles(there, here) <= most
    known = bool(one.locality or one.region)
    return known and (one.locality, one.region) == (other.locality, other.region)


def _degrees(place: StockPlace) -> tuple[float, float] | None:
    if place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


def miles(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far apart two points (degrees) are along a great circle: the haversine formula."""
    lat, long, to_lat, to_long = (radians(value) for value in (*one, *other))
    chord = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_long - long) / 2) ** 2
    return 2 * _EARTH_MILES * asin(sqrt(chord))


def _completed(place: StockPlace, e164: str) -> StockPlace:
    """Add what the digits say to what an operator said."""
    if place.locality and place.region:
        return place
    said = place_of(e164)
    if place.locality not in {"", said.locality} or place.region not in {"", said.region}:
        return place  # the region of another town is not this one's
    return replace(
        place,
        locality=place.locality or said.locality or "",
        region=place.region or said.region or "",
    )


def _pattern(text: str) -> re.Pattern[str]:
    found = _PATTERN.fullmatch(text.lower().translate(_KEYS))
    if found is None or not found[2].strip("*%"):
        raise Refused(
            "bad_pattern", "a pattern has digits, letters, * for any digit and % for any of them"
        )
    plus, digits, end = found.groups()
    body = re.sub("%+", "[0-9]*", digits.replace("*", "[0-9]"))
    return re.compile(("^\\+" if plus else "") + body + ("$" if end else ""))
