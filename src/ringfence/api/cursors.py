"""Cursors: where a page of a list ended, as an opaque word that only that list understands.

A cursor names the last row, not a count of rows, so rows that are added meanwhile neither repeat
nor hide others, and the last page costs what the first does. Where that row is gone, a list in the
order of its names goes on where it stood; any other one row before where it was. A cursor carries a
digest of the path and of the filters: with another list, or other filters, it is refused and not
misread.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import CURSOR_CHARS_MAX

T = TypeVar("T")

_NAMES = ("sid", "name", "record", "key", "id", "number")
"""What rows are called by, in this order."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """``last``: what the last row is called, ``position``: how many rows came before the next."""

    scope: bytes
    last: str
    position: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Cursor).decode


def scope(path: str, filters: Sequence[tuple[str, str]]) -> bytes:
    """Return the digest of a list: its path and what it is filtered by."""
    said = msgspec.json.encode([path, sorted(filters)])
    return hashlib.blake2b(said, digest_size=6).digest()


def write(of: bytes, last: str, position: int = 0) -> str:
    """Return the word for the page after ``last``."""
    return base64.urlsafe_b64encode(_encode(Cursor(of, last, position))).decode().rstrip("=")


def read(text: str, of: bytes) -> Cursor:
    """Return what a word says. Raises `Refused` (``bad_cursor``) for one of another list."""
    try:
        text = text if len(text) <= CURSOR_CHARS_MAX else ""
        found = _decode(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        found = None
    if found is None or found.scope != of or found.position < 0:
        raise Refused("bad_cursor", "a cursor is the 'next' of the page before, unchanged")
    return found


def _behind(names: list[str], last: str, start: int) -> int:
    """Return where the rows after ``last`` begin, also where it is gone; ``start``: as it was."""
    if last in names:
        return names.index(last) + 1
    if len(names) > 1 and names == sorted(names):
        return bisect_right(names, last)
    if len(names) > 1 and names == sorted(names, reverse=True):
        return len(names) - bisect_right(names[::-1], last)
    return max(0, start - 1)  # rather a row twice than one not at all


def called(row: Any) -> str:
    """Return what a row is called, "" where it has no name."""
    for name in _NAMES:
        value = row.get(name) if isinstance(row, dict) else getattr(row, name, None)
        if isinstance(value, str) and value:
            return value
    return ""


def cut(rows: Sequence[T], limit: int, cursor: Cursor | None) -> tuple[list[T], int | None]:
    """Return one page of a list that is at hand, and how many rows came before the next page."""
    start = 0
    if cursor is not None:
        start = min(cursor.position, len(rows))
        if cursor.last:
            start = _behind([called(row) for row in rows], cursor.last, start)
    end = start + limit
    return list(rows[start:end]), end if end < len(rows) else None
