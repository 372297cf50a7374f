"""Searches bytes for many needles at once, and inside what is packed in them.

One pass over the bytes looks for all needles at once (Aho and Corasick, CACM 18(6), 1975), so ten
thousand needles cost little more than one. What looks like gzip, zlib, a zip member, base64 or
hexadecimal is unwrapped and searched in its turn, `TRACER_DEPTH` layers deep; so a number in a
compressed log inside a mail attachment is found.
"""

from __future__ import annotations

import binascii
import re
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from ringfence.kernel.limits import (
    TRACER_DEPTH,
    TRACER_NEEDLE_MIN,
    TRACER_UNPACKED_MAX,
    TRACER_WRAPPED_MIN,
)
from ringfence.privacy.tracers.tone import tones


@dataclass(frozen=True, slots=True)
class Hit:
    """One needle found: ``at`` is the offset in the bytes searched, ``how`` says in which form.

    ``subject`` names whose it is by an id, never by the value.
    """

    subject: str
    how: str
    at: int


class Search:
    """Finds the needles of some subjects in bytes.

    ``needles``: subject id → byte string → what it is (see `privacy.tracers.spellings`).
    ``tone``: also look for the tracer's voice (see `privacy.tracers.tone`).
    """

    def __init__(self, needles: Mapping[str, Mapping[bytes, str]], *, tone: bool = True) -> None:
        self._whose: dict[bytes, tuple[str, str]] = {}
        for subject, values in needles.items():
            for value, how in values.items():
                self._whose.setdefault(value, (subject, how))
        self._tone = tone
        self._values = list(self._whose)
        # Where one needle begins another, the longer one is reported.
        self._finder = BytesAhoCorasick(self._values, matchkind=MatchKind.LeftmostLongest)

    def __len__(self) -> int:
        return len(self._whose)

    def find(self, data: bytes) -> list[Hit]:
        """Return every hit, in order, those in packed parts at the offset of the packing."""
        return sorted(set(self._find(data, 0)), key=lambda hit: hit.at)

    def _find(self, data: bytes, depth: int) -> Iterator[Hit]:
        for number, start, _ in self._finder.find_matches_as_indexes(data):
            yield Hit(*self._whose[self._values[number]], start)
        if self._tone:
            yield from (Hit("voice", "tone", at) for at in tones(data))
        if depth < TRACER_DEPTH:
            for packed in unwrap(data):
                for hit in self._find(bytes(packed.data), depth + 1):
                    yield Hit(hit.subject, f"{hit.how} in {packed.how}", packed.place(hit.at))


# --- what is packed -------------------------------------------------------------------------------


@dataclass(slots=True)
class Packed:
    """What was unwrapped in one way, all parts in one string with a gap between them.

    ``inner``: where each part begins in ``data``; ``outer``: where its packing began.
    """

    how: str
    data: bytearray = field(default_factory=bytearray)
    inner: list[int] = field(default_factory=list)
    outer: list[int] = field(default_factory=list)

    def add(self, at: int, part: bytes) -> None:
        """Add a part found at ``at``."""
        self.inner.append(len(self.data))
        self.outer.append(at)
        self.data += part
        self.data += _GAP

    def place(self, at: int) -> int:
        """Return where the packing began of what lies at ``at`` in ``data``."""
        return self.outer[bisect_right(self.inner, at) - 1]


_GAP = bytes(4)
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_ZIP = re.compile(rb"PK\x03\x04")
_ZIP_HEADER = 30
_RUN = re.compile(rb"[A-Za-z0-9+/_\-]{%d,}(?:\r?\n[A-Za-z0-9+/_\-]{4,})*" % TRACER_WRAPPED_MIN)
_HEX = re.compile(rb"[0-9A-Fa-f\r\n]+")
_QUOTED = re.compile(rb"=(?:[0-9A-F]{2}|\r?\n)")
_QUOTED_REACH = 256
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_STEP = 4096


def unwrap(data: bytes) -> Iterator[Packed]:
    """Yield the inside of everything packed in ``data``, one `Packed` for each way of packing."""
    deflated, text, hexed = Packed("deflate"), Packed("base64"), Packed("hex")
    for pattern, bits in ((_GZIP, 31), (_ZLIB, 15)):
        for match in pattern.finditer(data):
            _inflate(deflated, data, match.start(), match.start(), bits)
    for match in _ZIP.finditer(data):
        header = data[match.start() : match.start() + _ZIP_HEADER]
        if len(header) == _ZIP_HEADER:
            name, extra = (int.from_bytes(header[k : k + 2], "little") for k in (26, 28))
            _inflate(deflated, data, match.start(), match.start() + 30 + name + extra, -15)
    for match in _RUN.finditer(data):
        run = match[0]
        if _HEX.fullmatch(run):
            digits = run.translate(None, b"\r\n")
            hexed.add(match.start(), binascii.unhexlify(digits[: len(digits) // 2 * 2]))
        coded = run.translate(_URL_SAFE, b"\r\n")
        text.add(match.start(), binascii.a2b_base64(coded[: len(coded) // 4 * 4]))
    yield from (packed for packed in (deflated, text, hexed, _unquote(data)) if packed.data)


def _inflate(found: Packed, data: bytes, at: int, start: int, bits: int) -> None:
    """Add what a compressed stream holds, as far as it can be read; nothing where it is none."""
    stream = zlib.decompressobj(bits)
    out = bytearray()
    try:
        for k in range(start, len(data), _STEP):
            out += stream.decompress(data[k : k + _STEP], TRACER_UNPACKED_MAX - len(out))
            if stream.eof or len(out) >= TRACER_UNPACKED_MAX:
                break
    except zlib.error:
        pass  # not compressed after all, or cut off: what came out is searched
    if len(out) >= TRACER_NEEDLE_MIN:
        found.add(at, bytes(out))


def _unquote(data: bytes) -> Packed:
    """Return what quoted-printable text says, around each of its escapes (RFC 2045 6.7)."""
    found, done = Packed("quoted-printable"), 0
    for match in _QUOTED.finditer(data):
        if match.start() >= done:
            start = max(match.start() - _QUOTED_REACH, done)
            done = match.end() + _QUOTED_REACH
            found.add(start, binascii.a2b_qp(data[start:done]))
    return found
