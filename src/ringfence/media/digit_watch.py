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
two sines mostly has others and a telephone's noise has little, and u that of the upper three, a
digit is suspected after some blocks in a row like the same digit, if all of a row hold of them
taken together:

    blocks  sum(r + c) >          and >            loudest of r, and of c, <
    3       1795 * sum(energy)    10 * sum(b)      -                            55 % of the energy
    4       1500 * sum(energy)     4 * sum(b)      2 * the faintest             46 %
    4       1500 * sum(energy)    10 * sum(u)      2 * the faintest
    8       1500 * sum(energy)     2 * sum(b)      2 * the faintest

The first is the soonest. The others are for digits keyed in while the mains hum or people talk
beside the telephone: then b is large, but a tone stays as loud as it began and few voices do. Keys
come in company: for two seconds after a suspicion three blocks like one digit are enough that have
46 % of the energy in the two sines, each less than 4 times as loud as it was.

Three blocks are 25 ms and four 32; a tone of 40 ms, the shortest a receiver must take (ITU-T Q.24),
has room for four wherever it begins. Each number is the result of trying many on generated calls
and synthetic speech. ``tests/media/engine/test_card_digits.py`` says what an independent listener
still reads (nothing beside white and pink noise, hum and babble; a key in a few calls of hundreds
where somebody speaks into it) and how much speech is taken for digits.
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
RUNS: Final = ((3, 1795, 10, 0, 0), (4, 1500, 4, 0, 2), (4, 1500, 10, 1, 2), (8, 1500, 2, 0, 2))
"""Blocks in a row, least share of the energy (32 * BLOCK is all), how much more than what is
beside, whether of that the upper three alone, and how much louder than the faintest, 0 for any."""
COMPANY: Final = 314
"""Blocks in which more digits are looked for after one: two seconds."""
COMPANY_RULE: Final = (3, 1500, 0, 0, 4)
UPPER: Final = 3
KEPT: Final = 8
_BESIDE = tuple(
    (
        tuple(round(2048 * math.cos(2 * math.pi * f * n / 8000)) for n in range(BLOCK)),
        tuple(round(2048 * math.sin(2 * math.pi * f * n / 8000)) for n in range(BLOCK)),
    )
    for f in (150, 250, 350, 450, 550, 1075)
)


class DigitWatch:
    """Listens to 8000 Hz audio for anything that may be a digit."""

    __slots__ = ("_blocks", "_company", "_like", "_run", "_tail")

    def __init__(self) -> None:
        self._tail: list[int] = []
        self._like = -1
        self._run = 0
        self._company = 0
        self._blocks = [(0, 0, 0, 0, 0)] * KEPT
        """Of the latest: power of row and column, beside them, above them, and the energy."""

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
        self._company = max(0, self._company - 1)
        like, row, column = _judge(x, energy)
        if like < 0 or like != self._like:
            self._like, self._run = like, 0
        if like < 0:
            return False
        beside = [power_of(x, cosine, sine) for cosine, sine in _BESIDE]
        above = sum(beside[-UPPER:])
        self._blocks = [*self._blocks[1:], (row, column, sum(beside), above, energy)]
        self._run += 1
        rules = (COMPANY_RULE, *RUNS) if self._company else RUNS
        suspected = any(self._run >= rule[0] and self._holds(*rule) for rule in rules)
        if suspected:
            self._company = COMPANY
        return suspected

    def _holds(self, count: int, share: int, outweighs: int, upper: int, steady: int) -> bool:
        rows, columns, *besides, energies = zip(*self._blocks[-count:], strict=True)
        power = sum(rows) + sum(columns)
        return (
            power > share * sum(energies)
            and power > outweighs * sum(besides[upper])
            and not (steady and any(max(p) >= steady * min(p) for p in (rows, columns)))
        )


def _judge(x: list[int], energy: int) -> tuple[int, int, int]:
    """Return which digit a block is like (-1: none) and the power of its row and column."""
    if energy < ENERGY_LEAST:
        return -1, 0, 0
    row, r, r2 = strongest(x, ROWS)
    if r < POWER_LEAST or r <= ABOVE * r2:
        return -1, 0, 0
    column, c, c2 = strongest(x, COLUMNS)
    if c < POWER_LEAST or c <= ABOVE * c2 or c >= TWIST_UP * r or r >= TWIST_DOWN * c:
        return -1, 0, 0
    return (row * 4 + column if r + c > SHARE * energy else -1), r, c
