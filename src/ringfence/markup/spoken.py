"""Speech markup inside Say, as far as it changes what is spoken (W3C SSML 1.1, section 3).

    <sub alias="...">            the alias is spoken
    <say-as interpret-as="...">  characters, spell-out, digits, telephone: one sign after the other
    <p>, <s>                     a full stop where none stands
    <break time= strength= />    silence

What only colours the voice (emphasis, prosody, lang, phoneme, effects) is spoken plainly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ringfence.kernel.limits import MARKUP_BREAK_MS

CHANGES: Final = frozenset({"sub", "say-as", "p", "s", "break"})
"""The elements that are carried out."""

_MARK: Final = "\x00"  # XML cannot hold it, so no text can pretend to be a break
_BREAK = re.compile(f"{_MARK}(\\d+){_MARK}")
_TIME = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(ms|s)\Z")
_STRENGTH: Final = {
    "none": 0, "x-weak": 100, "weak": 250, "medium": 500, "strong": 1_000, "x-strong": 1_500,
}  # fmt: skip
_SPELT: Final = frozenset({"characters", "spell-out", "digits", "telephone"})
_ENDS: Final = ".!?:;,"


def spoken(name: str, attributes: Mapping[str, str], text: str) -> str:
    """Return what stands for an element of speech markup in the text around it."""
    match name:
        case "sub":
            return attributes.get("alias") or text
        case "say-as" if attributes.get("interpret-as", "").lower() in _SPELT:
            return " ".join(sign for sign in text if not sign.isspace())
        case "p" | "s":
            words = text.strip()
            return f"{words}. " if words and words[-1] not in _ENDS else f"{words} "
        case "break":
            return f"{_MARK}{break_ms(attributes)}{_MARK}"
    return text


def break_ms(attributes: Mapping[str, str]) -> int:
    """Return how long a break is: its time, else its strength, else half a second."""
    told = _TIME.match(attributes.get("time", "").strip().lower())
    if told is not None:
        length = float(told[1]) * (1_000 if told[2] == "s" else 1)
        return min(int(length), int(MARKUP_BREAK_MS))
    return _STRENGTH.get(attributes.get("strength", "").strip().lower(), _STRENGTH["medium"])


def pieces(text: str) -> list[str | int]:
    """Return the sentences of a text and, between them, the breaks in ms; none at the ends."""
    found: list[str | int] = []
    for place, part in enumerate(_BREAK.split(text)):
        if place % 2:
            length = int(part)
            if length and found:
                if isinstance(found[-1], int):
                    found[-1] += length
                else:
                    found.append(length)
        elif words := " ".join(part.split()):
            found.append(words)
    if found and isinstance(found[-1], int):
        found.pop()
    return found


def without_breaks(text: str) -> str:
    """Return a text in which a break is nothing."""
    return _BREAK.sub(" ", text)
