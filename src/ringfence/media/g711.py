"""G.711 µ-law and A-law: 64 kbit/s, one byte per sample at 8000 Hz.

Source: ITU-T G.711 (11/88) tables 1a to 2b. Linear samples are 16 bits wide: the 14-bit µ-law
scale is shifted left by two, the 13-bit A-law scale by three. A sample exactly on a decision value
goes to the larger magnitude when positive and to the smaller one when negative, as the one's
complement arithmetic of the ITU's own reference tools does; the standard leaves it open.

Coding is one lookup per sample, in tables built from the definition: those of 256 entries at once,
those of 65,536 when first needed (a server of calls leaves this to its audio engine)::

    magnitude = (x >= 0 ? x : ~x)                            one's complement
    µ-law:  m = min((magnitude >> 2) + 33, 8191)             segment s = floor(log2(m)) - 5, 0..7
            code = ~(sign << 7 | s << 4 | (m >> (s + 1)) & 15), sign = x < 0
    A-law:  m = magnitude >> 4                               0..2047
            m < 16: code = m; else s = floor(log2(m)) - 3, code = s << 4 | (m >> (s - 1)) & 15
            then bit 7 set for x >= 0, and every even bit inverted (exclusive or 0x55)
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import cache
from typing import Final

_ULAW_BIAS = 33
_ULAW_CLIP = 8191
_ALAW_TOGGLE = 0x55


def _ulaw_code(sample: int) -> int:
    magnitude = min(((sample if sample >= 0 else ~sample) >> 2) + _ULAW_BIAS, _ULAW_CLIP)
    segment = magnitude.bit_length() - 6
    code = segment << 4 | (magnitude >> (segment + 1)) & 15
    return 0xFF & ~(code | (0x80 if sample < 0 else 0))


def _ulaw_value(code: int) -> int:
    code = ~code & 0xFF
    segment, step = code >> 4 & 7, code & 15
    magnitude = ((2 * step + 33) << segment) - _ULAW_BIAS
    return -4 * magnitude if code & 0x80 else 4 * magnitude


def _alaw_code(sample: int) -> int:
    magnitude = (sample if sample >= 0 else ~sample) >> 4
    if magnitude < 16:
        code = magnitude
    else:
        segment = magnitude.bit_length() - 4
        code = segment << 4 | (magnitude >> (segment - 1)) & 15
    return (code | (0x80 if sample >= 0 else 0)) ^ _ALAW_TOGGLE


def _alaw_value(code: int) -> int:
    code ^= _ALAW_TOGGLE
    segment, step = code >> 4 & 7, code & 15
    magnitude = 2 * step + 1 if segment == 0 else (2 * step + 33) << (segment - 1)
    return 8 * magnitude if code & 0x80 else -8 * magnitude


@cache
def _codes(code: Callable[[int], int]) -> bytes:
    """Return the code of each sample, indexed by its unsigned 16-bit pattern."""
    return bytes(map(code, range(32768))) + bytes(map(code, range(-32768, 0)))


ULAW_TO_LINEAR: Final = tuple(_ulaw_value(code) for code in range(256))
"""Linear value of each µ-law byte, -32124..32124."""
ALAW_TO_LINEAR: Final = tuple(_alaw_value(code) for code in range(256))
"""Linear value of each A-law byte, -32256..32256."""
ULAW_TO_ALAW: Final = bytes(map(_alaw_code, ULAW_TO_LINEAR))
"""For ``bytes.translate``: the same as decoding and encoding again."""
ALAW_TO_ULAW: Final = bytes(map(_ulaw_code, ALAW_TO_LINEAR))
"""For ``bytes.translate``: the same as decoding and encoding again."""

ULAW_SILENCE: Final = 0xFF
ALAW_SILENCE: Final = 0xD5

_decode_ulaw = ULAW_TO_LINEAR.__getitem__
_decode_alaw = ALAW_TO_LINEAR.__getitem__


def decode_ulaw(payload: bytes) -> array[int]:
    """Return one linear sample per byte."""
    return array("h", map(_decode_ulaw, payload))


def decode_alaw(payload: bytes) -> array[int]:
    """Return one linear sample per byte."""
    return array("h", map(_decode_alaw, payload))


def encode_ulaw(pcm: array[int] | memoryview) -> bytes:
    """Return one byte per 16-bit linear sample."""
    return bytes(map(_codes(_ulaw_code).__getitem__, memoryview(pcm).cast("B").cast("H")))


def encode_alaw(pcm: array[int] | memoryview) -> bytes:
    """Return one byte per 16-bit linear sample."""
    return bytes(map(_codes(_alaw_code).__getitem__, memoryview(pcm).cast("B").cast("H")))
