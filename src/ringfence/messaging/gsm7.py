"""The seven-bit alphabet of SMS, one septet in each octet (3GPP TS 23.038 6.2.1 and annex A).

``locking`` and ``single`` are national language identifiers: what the alphabet itself is, and what
it is after an escape; 0 is the default of both. SMSCs pack eight septets into seven octets
themselves, so nothing here does.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from ringfence.messaging.gsm7_tables import ESCAPE, LOCKING, NONE, SINGLE

LANGUAGE_MAX: Final = max(SINGLE)


@cache
def alphabet(locking: int = 0, single: int = 0) -> dict[str, bytes]:
    """Return what each character is written as: one octet, or an escape and one."""
    known = {
        mark: bytes((ESCAPE, at))
        for at, mark in reversed(list(enumerate(SINGLE[single])))
        if mark != NONE and at not in (0x0D, ESCAPE)
    }
    known |= {
        mark: bytes((at,))
        for at, mark in reversed(list(enumerate(LOCKING[locking])))
        if mark != NONE
    }
    return known


def tokens(text: str, locking: int = 0, single: int = 0) -> list[bytes] | None:
    """Return each character as it is written; None where one cannot be.

    What stands in one item must not be parted: an escape and what it escapes.
    """
    known = alphabet(locking, single)
    try:
        return [known[mark] for mark in text]
    except KeyError:
        return None


def encode(text: str, locking: int = 0, single: int = 0) -> bytes | None:
    """Return the septets of ``text``; None where a character has none."""
    written = tokens(text, locking, single)
    return None if written is None else b"".join(written)


def decode(octets: bytes, locking: int = 0, single: int = 0) -> str:
    """Return the text; never fails: what nobody defined is U+FFFD.

    An escape whose table has nothing at that place means the locking table's character, and two
    escapes are a space (6.2.1.1 notes). An identifier nobody knows is the default's (6.2.1.2.2).
    """
    if ESCAPE not in octets:
        table = LOCKING.get(locking, LOCKING[0])
        return "".join([table[octet] if octet < 128 else NONE for octet in octets])
    return _decode_escaped(octets, LOCKING.get(locking, LOCKING[0]), SINGLE.get(single, SINGLE[0]))


def _decode_escaped(octets: bytes, table: str, shifted: str) -> str:
    text: list[str] = []
    escaped = False
    for octet in octets:
        if octet >= 128:
            text.append(NONE)
            escaped = False
        elif escaped:
            escaped = False
            mark = " " if octet == ESCAPE else shifted[octet]
            text.append(table[octet] if mark == NONE else mark)
        elif octet == ESCAPE:
            escaped = True
        else:
            text.append(table[octet])
    return "".join(text)
