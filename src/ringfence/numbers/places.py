"""Where a number is from, as its first digits say, and what countries are called.

From libphonenumber's geocoder, in English, kept in ``places.zip`` (``scripts/make_places.py``): one
member for each calling code, read when a number of it is first asked about. Nobody is asked.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Final

import phonenumbers

from ringfence.kernel.limits import PLACES_CODES
from ringfence.numbers.plan import kind_of

_NORTH_AMERICA: Final = "1"
_STATE: Final = re.compile(r"(.+), ([A-Z]{2})")
_STATES: Final[Mapping[str, str]] = {
    "Alabama": "AL", "Alaska": "AK", "Alberta": "AB", "Arizona": "AZ", "Arkansas": "AR",
    "British Colombia": "BC", "British Columbia": "BC", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI",
    "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS",
    "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Manitoba": "MB", "Maryland": "MD",
    "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Brunswick": "NB",
    "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY",
    "Newfoundland and Labrador": "NL", "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH",
    "Oklahoma": "OK", "Ontario": "ON", "Oregon": "OR", "Pennsylvania": "PA", "Quebec": "QC",
    "Rhode Island": "RI", "Saskatchewan": "SK", "South Carolina": "SC", "South Dakota": "SD",
    "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA",
    "Washington State": "WA", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """``locality``: a town; ``region``: a state or province, in North America its two letters."""

    locality: str | None = None
    region: str | None = None


NOWHERE: Final = Place()
"""Nothing is known."""


def place_of(e164: str) -> Place:
    """Return where a number is from; `NOWHERE` of one that is not bound to a place."""
    if kind_of(e164) != "local":
        return NOWHERE
    code = str(phonenumbers.parse(e164).country_code)
    text = _described(code, e164[1 + len(code) :])
    return NOWHERE if text is None else read(code, text)


def read(code: str, text: str) -> Place:
    """Return what a description says, as each calling code writes it."""
    if code == _NORTH_AMERICA:
        if text == "Washington D.C.":
            return Place("Washington", "DC")
        if text in _STATES:
            return Place(None, _STATES[text])
        found = _STATE.fullmatch(text)
        return Place(text) if found is None else Place(found[1], found[2])
    sign = " - " if code == "55" else ", "
    town, _, region = text.partition(sign)
    return Place(town, region or None)


def country_name(code: str) -> str:
    """Return the name of a country (ISO 3166) in English, its code where nobody knows."""
    return _countries().get(code, code)


def is_country(code: str) -> bool:
    """Whether somebody calls a country so (ISO 3166, two letters)."""
    return code in _countries()


def _described(code: str, national: str) -> str | None:
    table = _table(code)
    prefixes = (national[:length] for length in range(len(national), 0, -1))
    return next((table[prefix] for prefix in prefixes if prefix in table), None)


@cache
def _archive() -> bytes:
    return files("ringfence.numbers").joinpath("places.zip").read_bytes()


def _lines(member: str) -> list[list[str]]:
    with zipfile.ZipFile(BytesIO(_archive())) as archive:
        if member not in archive.NameToInfo:
            return []
        return [line.split("\t") for line in archive.read(member).decode().splitlines()]


@lru_cache(maxsize=PLACES_CODES)
def _table(code: str) -> Mapping[str, str]:
    return {prefix: text for text, prefixes in _lines(code) for prefix in prefixes.split()}


@cache
def _countries() -> Mapping[str, str]:
    return {line[0]: line[1] for line in _lines("countries")}
