"""A text as the short messages that carry it (3GPP TS 23.040 9.2.3.24, TS 23.038 4).

    140 octets ─┬─ no header ──────────── 160 septets    70 UTF-16 units
                ├─ 6 octets: parts ────── 153            67
                ├─ 7 octets: parts ────── 152            66     with a 16-bit reference
                └─ + 3 for each national table

Seven bits are used where the text fits them, else UTF-16 (which the standard calls UCS-2). Neither
an escape nor a surrogate pair is ever parted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import product
from typing import Final, NamedTuple

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import SMS_PARTS_MAX, SMS_USER_DATA_OCTETS
from ringfence.messaging import gsm7
from ringfence.messaging.gsm7_tables import LOCKING, SINGLE

CONCATENATED_8: Final = 0x00
CONCATENATED_16: Final = 0x08
SINGLE_SHIFT: Final = 0x24
LOCKING_SHIFT: Final = 0x25


class Coding(StrEnum):
    """How the characters are written."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class Segment:
    """One short message. ``header``: with its length octet, empty where there is none."""

    header: bytes
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """A text cut up. ``units``: septets or UTF-16 units, escapes counted as they are sent."""

    coding: Coding
    locking: int = 0
    single: int = 0
    segments: tuple[Segment, ...]
    units: int
    text: str = field(repr=False)
    """What was cut up: other than what was asked for where typography gave way."""


def split(
    text: str,
    *,
    reference: int = 0,
    wide: bool = False,
    headers: bool = True,
    languages: Sequence[int] = (),
    smart: bool = False,
) -> Segmented:
    """Cut ``text`` up into as few short messages as can be.

    ``reference``: what the parts of one message have in common, 8 bits, or 16 where ``wide``.
    ``headers``: False where the carrier writes them itself; room is left for them all the same.
    ``languages``: national tables the recipients' phones know (few do), by identifier.
    ``smart``: write curly quotes and the like as plain ones where that makes it seven bits.
    Raises `Refused` (``message_too_long``).
    """
    written = gsm7.tokens(text)
    if written is None and smart:
        plain = simplify(text)
        written = gsm7.tokens(plain)
        text = text if written is None else plain
    number = reference, wide
    if written is not None:
        best = _cut(_Way(written, Coding.GSM7), text, *number)
    else:
        best = min(
            (_cut(way, text, *number) for way in _ways(text, languages)),
            key=lambda found: len(found.segments),
        )
    return best if headers else _bare(best)


def split_wide(
    text: str, *, reference: int = 0, wide: bool = False, headers: bool = True
) -> Segmented:
    """Cut ``text`` up as UTF-16 even where seven bits would do: not every carrier has them all."""
    best = _cut(next(iter(_ways(text, ()))), text, reference, wide)
    return best if headers else _bare(best)


def _bare(found: Segmented) -> Segmented:
    return replace(found, segments=tuple(Segment(b"", part.body) for part in found.segments))


def plain(text: str) -> str:
    """Return a text with plain quotes and the like, where that makes it seven bits."""
    if gsm7.tokens(text) is not None:
        return text
    simple = simplify(text)
    return text if gsm7.tokens(simple) is None else simple


def count(text: str, *, languages: Sequence[int] = (), smart: bool = False) -> int:
    """Return how many short messages ``text`` is."""
    return len(split(text, languages=languages, smart=smart).segments)


class _Way(NamedTuple):
    """A way to write a text; each item of ``written`` must not be parted."""

    written: list[bytes]
    coding: Coding
    locking: int = 0
    single: int = 0


def _ways(text: str, languages: Sequence[int]) -> Iterable[_Way]:
    """Yield ways to write a text that the default alphabet cannot; the best understood first."""
    yield _Way([mark.encode("utf-16-be", "replace") for mark in text], Coding.UCS2)
    for language in languages:
        for locking, single in product((0, language), (0, language)):
            if (locking or single) and locking in LOCKING and single in SINGLE:
                written = gsm7.tokens(text, locking, single)
                if written is not None:
                    yield _Way(written, Coding.GSM7, locking, single)


def _cut(way: _Way, text: str, reference: int, wide: bool) -> Segmented:
    written, coding, locking, single = way
    octets = sum(map(len, written))
    units = octets if coding is Coding.GSM7 else octets // 2
    shifts = _shifts(locking, single)
    alone = _header(shifts)
    if octets <= _room(len(alone), coding):
        whole: tuple[Segment, ...] = (Segment(alone, b"".join(written)),)
    else:
        room = _room(len(_header(_part(reference, 1, 1, wide=wide) + shifts)), coding)
        bodies = _fill(written, room)
        if len(bodies) > SMS_PARTS_MAX:
            raise Refused("message_too_long", "the text has more parts than a message can have")
        whole = tuple(
            Segment(_header(_part(reference, len(bodies), n, wide=wide) + shifts), body)
            for n, body in enumerate(bodies, 1)
        )
    return Segmented(
        coding=coding, locking=locking, single=single, segments=whole, units=units, text=text
    )


def _fill(written: list[bytes], room: int) -> list[bytes]:
    bodies: list[bytes] = []
    body: list[bytes] = []
    used = 0
    for token in written:
        if used + len(token) > room:
            bodies.append(b"".join(body))
            body, used = [], 0
        body.append(token)
        used += len(token)
    bodies.append(b"".join(body))
    return bodies


def _room(header: int, coding: Coding) -> int:
    """Return how many octets of body fit: septets one by one, UTF-16 in pairs."""
    left = SMS_USER_DATA_OCTETS - header
    return left * 8 // 7 if coding is Coding.GSM7 else left // 2 * 2


def _part(reference: int, total: int, number: int, *, wide: bool) -> bytes:
    """Return the information element of one part (9.2.3.24.1, 9.2.3.24.8)."""
    if wide:
        return bytes((CONCATENATED_16, 4, reference >> 8 & 255, reference & 255, total, number))
    return bytes((CONCATENATED_8, 3, reference & 255, total, number))


def _shifts(locking: int, single: int) -> bytes:
    elements = b""
    if single:
        elements += bytes((SINGLE_SHIFT, 1, single))  # 9.2.3.24.15
    if locking:
        elements += bytes((LOCKING_SHIFT, 1, locking))  # 9.2.3.24.16
    return elements


def _header(elements: bytes) -> bytes:
    return bytes((len(elements),)) + elements if elements else b""


_PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys("\u00ab\u00bb\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\uff02", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u2039", "<"),
        **dict.fromkeys("\u203a", ">"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\u00ad", "-"),
        **dict.fromkeys("\u2022\u00b7\u2219", "*"),
        **dict.fromkeys("\u2044\u2215", "/"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
        **dict.fromkeys("\u202f\u205f\u3000\t", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
        **dict.fromkeys("\u2028\u2029\u0085", "\n"),
        "\u2026": "...",
        "\u203c": "!!",
        "\u00a6": "|",
        "\u00d7": "x",
        "\u00bd": "1/2",
        "\u00bc": "1/4",
        "\u00be": "3/4",
        "\u2122": "TM",
        "\u00a9": "(C)",
        "\u00ae": "(R)",
    }
)
"""Typography that has a plain counterpart; letters are left alone, they carry meaning."""


def simplify(text: str) -> str:
    """Return ``text`` with typographic marks written as a typewriter would."""
    return text.translate(_PLAIN)
