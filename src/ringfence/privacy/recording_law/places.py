"""Where a number lives: a country, and in the United States a state where its area code tells.

A number is carried everywhere, so this is a presumption, and the strictest one where nothing is
known: ``""`` for a caller without a number, ``US-??`` for a number of the plan without a state.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from ringfence.kernel.phone import Phone

UNKNOWN: Final = ""
"""A party whose place nobody can say."""
STATELESS: Final = "US-??"

_PLAN = 1
_CODE_DIGITS_MAX = 3


def place_of(phone: Phone) -> str:
    """Return the place of a number: ``DE``, ``US-CA``, ``US-??``, or ``""`` for a short code."""
    text = phone.e164
    if not text.startswith("+"):
        return UNKNOWN
    if text.startswith("+1"):
        return _of_plan(phone, text[2:5])
    for length in range(1, _CODE_DIGITS_MAX + 1):
        code = text[1 : 1 + length]
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code.isdigit() else None
        if regions is not None:
            # Several countries may share a code; the number itself tells them apart.
            place = regions[0] if len(regions) == 1 else phone.region or regions[0]
            return UNKNOWN if place == "001" else str(place)
    return UNKNOWN


def _of_plan(phone: Phone, area: str) -> str:
    state = _areas().get(area)
    if state is not None:
        return f"US-{state}"
    region = phone.region
    return STATELESS if region in {None, "US"} else str(region)


def parent(place: str) -> str:
    """Return the country of a place: ``US`` for ``US-CA``."""
    return place.partition("-")[0]


def zones_of(place: str, extra: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the time zones somebody at a place may live in; ``extra``: those of countries.

    Empty where they are not known.
    """
    if parent(place) != "US":
        return extra.get(place, ())
    zones = _zones()
    state = place.partition("-")[2]
    if state in zones:
        return zones[state]
    return tuple(sorted({zone for of_state in zones.values() for zone in of_state}))


@cache
def _table() -> dict[str, Any]:
    text = files("ringfence.privacy.recording_law").joinpath("areas.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _areas() -> Mapping[str, str]:
    return MappingProxyType(
        {code: state for state, codes in _table()["areas"].items() for code in codes.split()}
    )


@cache
def _zones() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({state: tuple(zones) for state, zones in _table()["zones"].items()})
