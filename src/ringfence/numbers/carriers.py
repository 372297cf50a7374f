"""Whom a range of mobile numbers was given to: offline, from data that is shipped.

The data is libphonenumber's (``carriers.json``, written by ``scripts/make_carriers.py``). It says
whom the range was allotted to, and nothing of numbers that were taken to another carrier since;
that only a connector knows (``lookup_url``). Nor does every country have ranges of one carrier: in
North America the digits say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec


class _Document(msgspec.Struct):
    carriers: dict[str, str]


def carrier_of(e164: str) -> str | None:
    """Return the carrier of the longest range that a number lies in, None where nobody knows."""
    digits, names = e164.removeprefix("+"), _names()
    for length in range(min(len(digits), _LONGEST), 0, -1):
        name = names.get(digits[:length])
        if name is not None:
            return name
    return None


_LONGEST = 10
"""Digits of the longest range, with the country's code."""


@cache
def _names() -> Mapping[str, str]:
    """Return carriers by range; 3 MB, read when the first number is looked up."""
    raw = files("ringfence.numbers").joinpath("carriers.json").read_bytes()
    said = msgspec.json.decode(raw, type=_Document).carriers
    return {digits: name for name, ranges in said.items() for digits in ranges.split()}
