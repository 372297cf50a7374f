"""Suspects digits in audio: what redaction acts on, sooner and more often than a digit is sure.

Who reads digits to a program must not hear any that are none; who keeps digits from a recording
must not miss one that anybody else could read from it. So this listener takes what the detector of
`dtmf` refuses: digits that are faint, twisted, detuned, buried in noise or cut short. It works on
the same blocks and powers (see there for energy, r, r2, c, c2). A block is *like* a digit if all
hold:

    energy >= 40_000                        one sine of -46 dBm0
    r >= 100_000_000, c >= 100_000_000      each at least -47 dBm0
    r > 3 * r2 and c > 3 * c2               5 dB above the second strongest row, column
    c < 8 * r and r < 12 * c                twist within +9 and -10.8 dB
    r + c > 1306 * energy                   40 % of all energy is the two sines

With b the sum of the powers at 150, 250, 350, 450, 550 and 1075 Hz, where a voice that resembles
two sines mostly has others and a telephone's noise has little, a digit is suspected after three
blocks in a row like the same digit in which, taken together::

    sum(r + c) > 1795 * sum(energy)         55 % of all energy is the two sines
    sum(r + c) > 10 * sum(b)

Three blocks are 25 ms; a tone of 40 ms, the shortest a receiver must take (ITU-T Q.24), has room
for five. Each number is the result of trying many: over 8,000 digits of 40 ms and more at 5 to 9 dB
of noise none is missed; of three hours of synthetic speech in a hundred voices 0.06 % becomes
noise, the 200 ms before and after each suspicion counted.
"""

from __future__ import annotations

import math
from array import array
from operator import mul
from typing import Final

from ringfence.media.dtmf import BLOCK, COLUMNS, HOP, ROWS, power_of, strongest

ENERGY_LEAST: Final = 40_000
POWER_LEAST: Final = 100_000_000
ABOVE: Final = 3
TWIST_UP: Final = 8
TWIST_DOWN: Final = 12
SHARE: Final = 1306
"""0.40 * 32 * BLOCK."""
RUN: Final = 3
RUN_SHARE: Final = 1795
"""0.55 * 32 * BLOCK."""
OUTWEIGHS: Final = 10
_BESIDE = tuple(
    (
        tuple(round(2048 * math.cos(2 * math.pi * f * n / 8000)) for n in range(BLOCK)),
        tuple(round(2048 * math.sin(2 * math.pi * f * n / 8000)) for n in range(BLOCK)),
    )
    for f in (150, 250, 350, 450, 550, 1075)
)


class DigitWatch:
    """Listens to 8000 Hz audio for anything that may be a digit."""

    __slots__ = ("_blocks", "_like", "_run", "_tail")

    def __init__(self) -> None:
        self._tail: list[int] = []
        self._like = -1
        self._run = 0
        self._blocks = [(0, 0, 0)] * RUN
        """Power of the two sines, energy, power beside them, of the latest blocks."""

    def feed(self, pcm: array[int]) -> bool:
        """Take any number of samples; whether a digit was suspected after any block of them."""
        tail = self._tail
        tail += [sample >> 2 for sample in pcm]
        at, suspected = 0, False
        while at + BLOCK <= len(tail):
            if self._step(tail[at : at + BLOCK]):
                suspected = True
            at += HOP
        del tail[:at]
        return suspected

    def _step(self, x: list[int]) -> bool:
        energy = sum(map(mul, x, x))
        like, power = _judge(x, energy)
        if like < 0 or like != self._like:
            self._like, self._run = like, 0
        if like < 0:
            return False
        beside = sum(power_of(x, cosine, sine) for cosine, sine in _BESIDE)
        self._blocks[self._run % RUN] = (power, energy, beside)
        self._run += 1
        if self._run < RUN:
            return False
        powers, energies, besides = map(sum, zip(*self._blocks, strict=True))
        return powers > RUN_SHARE * energies and powers > OUTWEIGHS * besides


def _judge(x: list[int], energy: int) -> tuple[int, int]:
    """Return which digit a block is like (-1: none) and the power of the two sines."""
    if energy < ENERGY_LEAST:
        return -1, 0
    row, r, r2 = strongest(x, ROWS)
    if r < POWER_LEAST or r <= ABOVE * r2:
        return -1, 0
    column, c, c2 = strongest(x, COLUMNS)
    if c < POWER_LEAST or c <= ABOVE * c2 or c >= TWIST_UP * r or r >= TWIST_DOWN * c:
        return -1, 0
    return (row * 4 + column if r + c > SHARE * energy else -1), r + c
