"""Readers of attribute values: what an attribute accepts, its default is the verb's field.

Each reader turns the text of an attribute into a value or raises ``ValueError``; ``expects`` says
in words what is accepted and ends up in the problem's sentence and in the reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ringfence.kernel.ids import is_id
from ringfence.kernel.limits import ROOM_NAME_CHARS
from ringfence.markup.urls import is_reference

Reader = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an element.

    ``name`` is the field of the verb it fills, or None for an attribute that is known and has no
    effect here (``attribute_without_effect`` is reported). ``warning`` is Twilio's number for a
    bad value.
    """

    name: str | None
    expects: str
    read: Reader = field(repr=False)
    warning: int | None = None


_INTEGER = re.compile(r"\s*\+?[0-9]{1,9}\s*\Z")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_KEY = frozenset("0123456789*#")
_TONE = frozenset("0123456789*#ABCDabcdwW")
LABEL_IS = f"a text of at most {ROOM_NAME_CHARS} characters without a / that is not a call's SID"


def integer(name: str | None, low: int, high: int, warning: int | None = None) -> Attribute:
    """A whole number within bounds, both included."""

    def read(text: str) -> int:
        if not _INTEGER.match(text):
            raise ValueError
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return Attribute(name, f"a whole number from {low} to {high}", read, warning)


def boolean(name: str | None, warning: int | None = None) -> Attribute:
    """``true`` or ``false``, in any case."""

    def read(text: str) -> bool:
        try:
            return _BOOLEANS[text.strip().lower()]
        except KeyError:
            raise ValueError from None

    return Attribute(name, "true or false", read, warning)


def choice(name: str | None, *allowed: str, warning: int | None = None) -> Attribute:
    """One of a few words, in any case; the value is the word as written here."""
    table = {word.lower(): word for word in allowed}

    def read(text: str) -> str:
        try:
            return table[text.strip().lower()]
        except KeyError:
            raise ValueError from None

    return Attribute(name, "one of " + ", ".join(allowed), read, warning)


def one_of(name: str | None, *allowed: int, warning: int | None = None) -> Attribute:
    """One of a few whole numbers."""

    def read(text: str) -> int:
        if text.strip() not in map(str, allowed):
            raise ValueError
        return int(text)

    return Attribute(name, "one of " + ", ".join(map(str, allowed)), read, warning)


def words(name: str | None, *allowed: str, warning: int | None = None) -> Attribute:
    """Some of a few words, separated by spaces or commas; the value is a tuple in table order."""
    known = {word.lower(): word for word in allowed}

    def read(text: str) -> tuple[str, ...]:
        asked = {word.lower() for word in text.replace(",", " ").split()}
        if not asked or not asked <= known.keys():
            raise ValueError
        return tuple(word for key, word in known.items() if key in asked)

    return Attribute(name, "one or more of " + ", ".join(allowed), read, warning)


def numbers(name: str | None, low: int, high: int, warning: int | None = None) -> Attribute:
    """Some whole numbers, separated by spaces or commas; the value is a tuple."""
    one = integer(name, low, high, warning)

    def read(text: str) -> tuple[int, ...]:
        found = tuple(one.read(word) for word in text.replace(",", " ").split())
        if not found:
            raise ValueError
        return found

    return Attribute(name, f"one or more whole numbers from {low} to {high}", read, warning)


def method(name: str | None, warning: int | None = None) -> Attribute:
    """``GET`` or ``POST``."""
    return choice(name, "GET", "POST", warning=warning)


def text(name: str | None, longest: int, warning: int | None = None) -> Attribute:
    """Any text up to a length in characters."""

    def read(value: str) -> str:
        if len(value) > longest:
            raise ValueError
        return value

    return Attribute(name, f"a text of at most {longest} characters", read, warning)


def label(name: str | None, warning: int | None = None) -> Attribute:
    """What a participant is also known by; see `is_label`."""

    def read(value: str) -> str:
        if value and not is_label(value):
            raise ValueError
        return value

    return Attribute(name, LABEL_IS, read, warning)


def is_label(text: str) -> bool:
    """Whether a participant may be known by it: part of a path, and told from a call's SID."""
    return (
        0 < len(text) <= ROOM_NAME_CHARS
        and "/" not in text
        and "%2f" not in text.lower()
        and not is_id(text, "call")
    )


def url(name: str | None, warning: int | None = 11100) -> Attribute:
    """An absolute http(s) URL or a reference relative to the document's own."""

    def read(value: str) -> str:
        value = value.strip()
        if not is_reference(value):
            raise ValueError
        return value

    return Attribute(name, "an http or https URL, or one relative to the document's", read, warning)


def url_or_nothing(name: str | None, warning: int | None = 11100) -> Attribute:
    """Like `url`, or empty: nothing is to be heard."""
    read_url = url(name, warning)

    def read(value: str) -> str:
        return read_url.read(value) if value.strip() else ""

    return Attribute(name, f"{read_url.expects}, or nothing for silence", read, warning)


def socket(name: str | None, warning: int | None = 11100) -> Attribute:
    """An absolute ws(s) URL."""

    def read(value: str) -> str:
        value = value.strip()
        scheme, colon, rest = value.partition("://")
        if scheme.lower() not in {"ws", "wss"} or not is_reference(f"http{colon}{rest}"):
            raise ValueError
        return value

    return Attribute(name, "a ws or wss URL", read, warning)


def speech_timeout(name: str | None, warning: int | None = None) -> Attribute:
    """``auto`` (0), or whole seconds of silence after speech."""
    seconds = integer(name, 1, 600, warning)

    def read(value: str) -> int:
        return 0 if value.strip().lower() == "auto" else int(seconds.read(value))

    return Attribute(name, f"auto, or {seconds.expects}", read, warning)


def key_set(name: str | None, warning: int | None = None) -> Attribute:
    """The keys that end input: any of ``0-9 * #``, or nothing for no such key."""

    def read(value: str) -> str:
        value = value.strip()
        if not _KEY.issuperset(value) or len(value) > len(_KEY):
            raise ValueError
        return value

    return Attribute(name, "keys out of 0-9, * and #, or nothing", read, warning)


def tones(name: str | None, longest: int, warning: int | None = None) -> Attribute:
    """Keys to send: ``0-9 * # A-D``, ``w`` waits half a second, ``W`` a whole one."""

    def read(value: str) -> str:
        value = value.strip()
        if not value or not _TONE.issuperset(value) or len(value) > longest:
            raise ValueError
        return value

    return Attribute(name, "keys out of 0-9, *, #, A-D, and w or W to wait", read, warning)
