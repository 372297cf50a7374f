"""JSON objects of one shape, written a thousand at a time.

A `Shape` is an object as it is answered, with places in it, and is encoded once; what is left for
each object is to fill its places::

    CALL = Shape({"sid": "{sid}", "to": "<to>", "uri": "/Accounts/{account}/Calls/{sid}.json"})
    CALL.filled({"sid": "CA…", "account": "AC…", "to": quoted(to)})

``{sid}`` stands for letters of ours that JSON writes as they are: ids, words, dates. ``<to>``, a
whole value, stands for JSON: `quoted` text, `or_null`, a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode
_PLACE = re.compile(r'"<(\w+)>"|\{(\w+)\}')


class Shape:
    """An object with places."""

    __slots__ = ("_parts", "_values", "places")

    def __init__(self, shape: Mapping[str, Any]) -> None:
        # Text, whole value, value within, text, ...: one of the two after each text names a place.
        found = _PLACE.split(_encode(shape).decode())
        names = [whole or within for whole, within in zip(found[1::3], found[2::3], strict=True)]
        self._set(found[::3], names)

    def _set(self, texts: Sequence[str], names: Sequence[str]) -> None:
        self._parts = [part for text in texts for part in (text, "")][:-1]
        self._values = itemgetter(*names)
        self.places = tuple(names)
        """What has to be said to fill it, in order; two different ones at least."""

    def given(self, values: Mapping[str, str]) -> Shape:
        """Return the shape with some places filled already."""
        texts, names = [self._parts[0]], []
        for name, text in zip(self.places, self._parts[2::2], strict=True):
            if name in values:
                texts[-1] += values[name] + text
            else:
                names.append(name)
                texts.append(text)
        made = object.__new__(Shape)
        made._set(texts, names)
        return made

    def filled(self, values: Mapping[str, str]) -> msgspec.Raw:
        """Return the object; raises `KeyError` for a place nothing is said of."""
        parts = self._parts.copy()
        parts[1::2] = self._values(values)
        return msgspec.Raw("".join(parts).encode())


def quoted(text: str) -> str:
    """Return any text as JSON."""
    return _encode(text).decode()


def or_null(text: str | None) -> str:
    """Return letters of ours as JSON, or null."""
    return "null" if text is None else f'"{text}"'
