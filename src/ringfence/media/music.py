"""Music of the house: a quiet round of broken chords, for whoever waits and nothing else is named.

Made of sines like the tones, in whole numbers, so it is the same run of bytes on every machine and
nobody's composition: C, A minor, F, G, eight notes each.
"""

from __future__ import annotations

import sys
from array import array
from functools import cache

from ringfence.media.tones import SINE

_CHORDS = ((60, 64, 67, 72), (57, 60, 64, 69), (53, 57, 60, 65), (55, 59, 62, 67))
"""Notes by their MIDI number, 69 being 440 Hz."""
_ORDER = (0, 1, 2, 3, 2, 1, 2, 1)
_NOTE_MS = 375
_RISE_MS = 30
_LEVEL = 2_600
_OVERTONES = ((1, 3), (2, 1))
"""Which multiple of the note, and how loud among the others."""


@cache
def music(rate: int) -> bytes:
    """Return 12 s of it as s16le samples at ``rate`` Hz; it joins its own beginning."""
    out = array("h")
    for chord in _CHORDS:
        for place in _ORDER:
            out.extend(_note(chord[place], rate))
    if sys.byteorder == "big":
        out.byteswap()
    return out.tobytes()


def _note(midi: int, rate: int) -> array[int]:
    """One note, rising quickly and fading to nothing."""
    count = rate * _NOTE_MS // 1000
    rise = rate * _RISE_MS // 1000
    hertz = 440.0 * 2 ** ((midi - 69) / 12)
    whole = sum(loud for _, loud in _OVERTONES)
    steps = [(round(hertz * multiple * 2**32 / rate), loud) for multiple, loud in _OVERTONES]
    samples = array("h", bytes(2 * count))
    for at in range(count):
        level = _LEVEL * min(at, rise) // rise * (count - at) // count
        sound = sum(SINE[(step * at & 0xFFFF_FFFF) >> 22] * loud for step, loud in steps)
        samples[at] = sound * level // (whole << 15)
    return samples
