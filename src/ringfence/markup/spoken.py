"""Speech markup inside Say, as far as it changes what is spoken (W3C SSML 1.1, section 3).

    <sub alias="...">            the alias is spoken
    <say-as interpret-as="...">  characters, spell-out, digits, telephone: one sign after the other
                                 expletive, bleep: silence in its place
    <p>, <s>                     a full stop where none stands
    <break time= strength= />    silence

    <emphasis>, <prosody>, <lang>   colour the voice: the sentence goes to it with its markup

What no voice here knows (phoneme, effects) is spoken plainly, and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ringfence.kernel.limits import MARKUP_BREAK_MS

CHANGES: Final = frozenset({"sub", "say-as", "p", "s", "w", "break", "emphasis", "prosody", "lang"})
"""The elements that are carried out."""

SSML: Final = "<speak>"
"""Begins a text that has markup; no plain text does (`plain`)."""

_MARK: Final = "\x00"  # XML cannot hold it, so no text can pretend to be a break
_OPEN: Final = "\x01"  # likewise, for markup that is kept
_SHUT: Final = "\x02"
_BREAK = re.compile(f"{_MARK}(\\d+){_MARK}")
_TAG = re.compile(r"<[^>]*>")
_KEPT: Final = {
    "emphasis": {"level": re.compile(r"strong|moderate|none|reduced")},
    "prosody": {
        "rate": re.compile(r"x-slow|slow|medium|fast|x-fast|default|\d{1,3}%"),
        "pitch": re.compile(r"x-low|low|medium|high|x-high|default|[+-]\d{1,3}%"),
        "volume": re.compile(r"silent|x-soft|soft|medium|loud|x-loud|default|[+-]\d{1,2}dB"),
    },
    "voice": {"xml:lang": re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")},
}
"""What colours a voice, by the attributes and values it may have (SSML 1.1, 3.2)."""
_TIME = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(ms|s)\Z")
_STRENGTH: Final = {
    "none": 0, "x-weak": 100, "weak": 250, "medium": 500, "strong": 1_000, "x-strong": 1_500,
}  # fmt: skip
_SPELT: Final = frozenset({"characters", "spell-out", "digits", "telephone"})
_UNSPOKEN: Final = frozenset({"expletive", "bleep"})
_BLEEP_MS: Final = 600
_ENDS: Final = ".!?:;,"


def spoken(name: str, attributes: Mapping[str, str], text: str) -> str:
    """Return what stands for an element of speech markup in the text around it."""
    match name:
        case "sub":
            return attributes.get("alias") or text
        case "say-as" if attributes.get("interpret-as", "").lower() in _SPELT:
            return " ".join(sign for sign in text if not sign.isspace())
        case "say-as" if attributes.get("interpret-as", "").lower() in _UNSPOKEN:
            return f"{_MARK}{_BLEEP_MS}{_MARK}"
        case "p" | "s":
            words = text.strip()
            return f"{words}. " if words and words[-1] not in _ENDS else f"{words} "
        case "break":
            return f"{_MARK}{break_ms(attributes)}{_MARK}"
        case "lang":  # espeak-ng changes its voice with its language
            return _coloured("voice", attributes, text)
        case "emphasis" | "prosody":
            return _coloured(name, attributes, text)
    return text


def _coloured(name: str, attributes: Mapping[str, str], text: str) -> str:
    told = "".join(
        f' {key}="{attributes[key]}"'
        for key, form in _KEPT[name].items()
        if form.fullmatch(attributes.get(key, ""))
    )
    if not told and name != "emphasis":
        return text
    return f"{_OPEN}{name}{told}{_SHUT}{text}{_OPEN}/{name}{_SHUT}"


def plain(text: str) -> str:
    """Return a text that nobody takes for markup."""
    return f" {text}" if text.startswith(SSML) else text


def unmarked(text: str) -> str:
    """Return a sentence without the markup it has."""
    if not text.startswith(SSML):
        return text
    words = _TAG.sub("", text)
    return plain(words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _ssml(text: str) -> str:
    """Return the whole of a text as one sentence with its markup."""
    words = " ".join(text.split())
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    words = words.replace(_OPEN, "<").replace(_SHUT, ">")
    return f"{SSML}{_BREAK.sub(_silence, words)}</speak>"


def _silence(found: re.Match[str]) -> str:
    return f'<break time="{found[1]}ms"/>'


def break_ms(attributes: Mapping[str, str]) -> int:
    """Return how long a break is: its time, else its strength, else half a second."""
    told = _TIME.match(attributes.get("time", "").strip().lower())
    if told is not None:
        length = float(told[1]) * (1_000 if told[2] == "s" else 1)
        return min(int(length), int(MARKUP_BREAK_MS))
    return _STRENGTH.get(attributes.get("strength", "").strip().lower(), _STRENGTH["medium"])


def pieces(text: str) -> list[str | int]:
    """Return the sentences of a text and, between them, the breaks in ms; none at the ends.

    A text whose voice is coloured is one sentence, because its markup may span the breaks.
    """
    if _OPEN in text:
        return [_ssml(text)]
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
            found.append(plain(words))
    if found and isinstance(found[-1], int):
        found.pop()
    return found


def without_breaks(text: str) -> str:
    """Return a text in which a break is nothing."""
    return _BREAK.sub(" ", text)
