"""Single values and objects out of JSON, noting everything that is wrong and where.

A place is a JSON path: ``$.applets.menu.choices.1``. A text never repeats a value: a value may be
a telephone number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ringfence.markup.urls import is_absolute

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_UNSAFE = re.compile(r"[^A-Za-z_-]")
KEYS = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: ``where`` is a JSON path (or a line), ``text`` a sentence."""

    where: str
    text: str


class WrongError(Exception):
    """A value cannot be read; the problem is already noted."""


@dataclass(slots=True)
class Notes:
    """What was found wrong so far, and what the flow says about voice and language."""

    problems: list[Problem] = field(default_factory=list)
    voice: str = ""
    language: str = ""
    references: list[tuple[str, str]] = field(default_factory=list)

    def add(self, where: str, text: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(where, text))

    def wrong(self, where: str, text: str) -> WrongError:
        """Note a problem that leaves no value; to be raised."""
        self.add(where, text)
        return WrongError()


Reader = Callable[[Any, str, Notes], Any]

# --- single values --------------------------------------------------------------------------------


def whole(low: int, high: int) -> Reader:
    """A whole number within bounds."""

    def read(value: Any, where: str, notes: Notes) -> int:
        if type(value) is not int or not low <= value <= high:
            raise notes.wrong(where, f"must be a whole number from {low} to {high}")
        return value

    return read


def boolean(value: Any, where: str, notes: Notes) -> bool:
    """true or false."""
    if type(value) is not bool:
        raise notes.wrong(where, "must be true or false")
    return value


def text(longest: int) -> Reader:
    """A text that is not empty."""

    def read(value: Any, where: str, notes: Notes) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            raise notes.wrong(where, f"must be a text of 1 to {longest} characters")
        return " ".join(value.split())

    return read


def keys(value: Any, where: str, notes: Notes) -> str:
    """Keys that end input, perhaps none."""
    if not isinstance(value, str) or not KEYS.issuperset(value) or len(value) > len(KEYS):
        raise notes.wrong(where, "must be keys out of 0-9, * and #, or an empty text")
    return value


def url(value: Any, where: str, notes: Notes) -> str:
    """An absolute http(s) URL."""
    if not isinstance(value, str) or not is_absolute(value.strip()):
        raise notes.wrong(where, "must be an http or https URL")
    return value.strip()


def method(value: Any, where: str, notes: Notes) -> str:
    """GET or POST."""
    if value not in ("GET", "POST"):
        raise notes.wrong(where, "must be GET or POST")
    return str(value)


def name(value: Any, where: str, notes: Notes) -> str:
    """The name of a flow or an applet."""
    if not isinstance(value, str) or not _NAME.match(value):
        raise notes.wrong(where, "must be a name: a letter, then letters, digits, - or _")
    return value


def branch(value: Any, where: str, notes: Notes) -> str:
    """The name of an applet of this flow; whether it exists is looked at in the end."""
    found = name(value, where, notes)
    notes.references.append((where, found))
    return found


# --- objects --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object."""

    read: Reader
    required: bool = False


def need(read: Reader) -> Field:
    return Field(read, required=True)


def fields(value: Any, where: str, notes: Notes, table: dict[str, Field]) -> dict[str, Any]:
    """Read an object by its table. Raises where a required field is missing or wrong."""
    if not isinstance(value, dict):
        raise notes.wrong(where, "must be an object")
    found: dict[str, Any] = {}
    whole_object = True
    for key in value:
        if key not in table:
            notes.add(f"{where}.{shown(key)}", "is not a field here")
    for key, entry in table.items():
        if key not in value:
            if entry.required:
                notes.add(f"{where}.{key}", "is missing")
                whole_object = False
            continue
        try:
            found[key] = entry.read(value[key], f"{where}.{key}", notes)
        except WrongError:
            whole_object = whole_object and not entry.required
    if not whole_object:
        raise WrongError
    return found


def shown(key: str) -> str:
    """A key from the document as it may stand in a path: letters, few, digits only in dates."""
    if len(key) == 1 or _DATE.match(key):
        return key
    return _UNSAFE.sub("#", key[:32])
