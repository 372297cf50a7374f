"""Which tone the caller of a Dial hears while it rings: the one asked for, or the callee's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ringfence.kernel.phone import Phone

COUNTRIES: Final = frozenset(
    (
        *("at", "au", "be", "bg", "br", "ch", "cl", "cn", "cz", "de", "dk", "ee", "es", "fi"),
        *("fr", "gr", "hu", "il", "in", "it", "jp", "lt", "mx", "my", "nl", "no", "nz", "ph"),
        *("pl", "pt", "ru", "se", "sg", "th", "tw", "uk", "us", "us-old", "ve", "za"),
    )
)
"""The words of ``ringTone``; the engine has a tone for each: ``ring_`` and the word."""

_SAME: Final = {"gb": "uk", "ca": "us", "pr": "us"}
"""Countries that ring like another."""


def ring_tone(wanted: str, called: Iterable[Phone], home: str | None) -> str | None:
    """Return the name of a tone, None where ``wanted`` names none.

    ``automatic``: that of the first country dialled, else of ``home`` (ISO 3166), else North
    America's.
    """
    word = wanted.lower()
    if word not in {"", "automatic"}:
        word = _SAME.get(word, word)
        return _name(word) if word in COUNTRIES else None
    for region in (*(phone.region for phone in called), home):
        country = "" if region is None else region.lower()
        country = _SAME.get(country, country)
        if country in COUNTRIES:
            return _name(country)
    return "ringback"


def _name(country: str) -> str:
    return "ringback" if country == "us" else f"ring_{country}"
