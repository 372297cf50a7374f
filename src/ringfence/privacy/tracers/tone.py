"""The tracer's voice: a tone that can be recognised in any file, whatever its form.

A recording that was not sealed, or not erased, shows the voice as PCM, µ-law or A-law at one rate
or another. The tracer speaks a tone of exactly 1000 Hz: in each of those forms its bytes repeat
after 8, 16 or 32 bytes, so every one of them repeats after 32. A piece of a file that does so for
`TRACER_TONE_BYTES`, and that swings like a tone when read as one of those forms, is that voice.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator

from ringfence.kernel.limits import TRACER_TONE_BYTES
from ringfence.media.g711 import decode_alaw, decode_ulaw

_LAG = 32
_ZEROS = bytes(TRACER_TONE_BYTES)
_PURITY = 0.9
"""Share of the swing that must be at 1000 Hz; coding noise leaves 0.99 of a tone there."""


def tone(milliseconds: int, *, amplitude: int = 8000) -> array[int]:
    """Return the voice: 1000 Hz, mono samples at 8000 Hz."""
    period = [round(amplitude * math.sin(math.tau * k / 8)) for k in range(8)]
    return array("h", period * milliseconds)


def tones(data: bytes) -> Iterator[int]:
    """Yield where in ``data`` the voice begins, once for each uninterrupted piece."""
    size = len(data) - _LAG
    if size < TRACER_TONE_BYTES:
        return
    # Two large integers are compared faster than any loop over bytes could.
    moved = int.from_bytes(data[_LAG:], "big") ^ int.from_bytes(data[:-_LAG], "big")
    same = moved.to_bytes(size, "big")
    at = same.find(_ZEROS)
    while at >= 0:
        if _is_voice(data[at : at + 2 * _LAG + 1]):
            yield at
        end = at + TRACER_TONE_BYTES
        while same.startswith(_ZEROS, end):
            end += TRACER_TONE_BYTES
        at = same.find(_ZEROS, end)


def _is_voice(block: bytes) -> bool:
    if len(set(block)) < 3:
        return False  # an empty page
    if any(_pure(decode(block[:_LAG]), 8) for decode in (decode_ulaw, decode_alaw)):
        return True
    for skip in (0, 1):
        linear = array("h", block[skip : skip + 2 * _LAG])
        for swap in (False, True):
            if swap:
                linear.byteswap()
            if _pure(linear, 8) or _pure(linear, 16):
                return True
    return False


def _pure(samples: array[int], period: int) -> bool:
    """Whether the samples swing once per ``period`` and hardly otherwise."""
    samples = samples[: len(samples) // period * period]
    mean = sum(samples) / len(samples)
    energy = sum((s - mean) ** 2 for s in samples)
    if energy < len(samples):
        return False
    turn = math.tau / period
    real = sum(s * math.cos(turn * k) for k, s in enumerate(samples))
    imaginary = sum(s * math.sin(turn * k) for k, s in enumerate(samples))
    return 2 * (real**2 + imaginary**2) / len(samples) / energy > _PURITY
