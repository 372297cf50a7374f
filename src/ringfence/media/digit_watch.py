"""Suspects digits in audio: what redaction acts on, sooner and more often than a digit is sure.

Who reads digits to a program must not hear any that are none; who keeps digits from a recording
must not miss one that anybody else could read from it. So this listener takes what the detector
of `dtmf` refuses: digits that are faint, twisted, detuned, buried in noise or cut short, and
those that somebody speaks into. It works on the same blocks and powers (see there for energy, r,
r2, c, c2). A block is *near* a digit if all hold:

    energy >= 40_000                        one sine of -46 dBm0
    r >= 100_000_000, c >= 100_000_000      each at least -47 dBm0
    c < 8 * r and r < 24 * c                twist within +9 and -13.8 dB
    r + c > 392 * energy                    12 % of all energy is the two sines

and *like* a digit if besides

    r > 3 * r2 and c > 3 * c2               5 dB above the second strongest row, column
    r < 12 * c                              twist no less than -10.8 dB
    r + c > 1306 * energy                   40 % of all energy

A voice beside a key may be as loud as the key, or look like one for a moment. What it does not
have is two sines of one frequency each, so phases are looked at. With z[i] = re - j * im of the
strongest row of block i, its turn from the block before, near the same digit, is

    t[i] = z[i] * conj(z[i - 1]) * exp(-2j * pi * f * HOP / 8000)

real and positive for a sine of exactly f. With T the sum of the turns of some blocks in a row the
row has *its frequency* where |angle(T)| < 0.022 * 2 * pi * f * HOP / 8000, 2.2 % of f, and is
*steady* by 2 * |T| / sum(power[i] + power[i - 1]). Likewise the column.

A digit is suspected after a number of blocks in a row near the same digit, or like it, that
fulfil one of `RULES`: row and column have their frequencies, and taken together all that the rule
asks for. In it stand sums over the blocks, with b the powers at 150, 250, 350, 450, 550 and 1075
Hz, where a voice that resembles two sines mostly has others and a telephone's noise has little,
and u those of the upper three. Keys come in company: for two seconds after a suspicion less is
asked for.

Two blocks are 19 ms, three 25 and four 32; a tone of 40 ms, the shortest a receiver must take
(ITU-T Q.24), has room for four wherever it begins. Each number is the result of trying many on
generated calls and synthetic speech. ``tests/media/engine/test_card_digits.py`` says what an
independent listener still reads (nothing), and how much speech is taken for digits, also of voices
that no number was chosen by. ``bench/proofs.py`` counts on. Where somebody speaks into the keys,
one in some thousand calls gives a key away: a voice on the row beside is louder than the key's own
row all the time.
"""

from __future__ import annotations

import math
from array import array
from operator import mul
from typing import Final, NamedTuple

from ringfence.media.dtmf import BLOCK, COLUMNS, HOP, ROWS, Tables, power_of
from ringfence.media.tones import DTMF_COLUMNS, DTMF_ROWS

ENERGY_LEAST: Final = 40_000
POWER_LEAST: Final = 100_000_000
ABOVE: Final = 3
TWIST_UP: Final = 8
TWIST_DOWN: Final = 24
TWIST_LIKE: Final = 12
SHARE: Final = 1306
"""0.40 * 32 * BLOCK."""
NEAR: Final = 392
"""0.12 * 32 * BLOCK."""
COMPANY: Final = 314
"""Blocks in which more digits are looked for after one: two seconds."""
UPPER: Final = 3
KEPT: Final = 8


class Rule(NamedTuple):
    """What blocks in a row must be. Of twos the first is for the row; 0 asks for nothing."""

    company: bool
    """Only soon after another digit."""
    like: bool
    """Each like a digit; else each near one."""
    blocks: int
    share: int
    """Both tones' power is more than this by the energy; 32 * BLOCK is all of it."""
    above: tuple[int, int]
    """Ten times a tone's power is more than this by the second strongest of its group."""
    steady: tuple[int, int]
    """In thousandths."""
    swell: tuple[int, int]
    """Ten times the loudest is less than this by the faintest."""
    besides: int
    """Both tones' power is more than this by b, or"""
    upper: bool
    """by u."""


RULES: Final = (
    Rule(True, True, 3, 1500, (0, 0), (0, 960), (40, 40), 0, False),
    Rule(False, True, 3, 1795, (0, 0), (0, 0), (0, 0), 10, False),
    Rule(False, True, 4, 1500, (0, 0), (0, 985), (20, 20), 4, False),
    Rule(False, True, 4, 1500, (0, 0), (0, 985), (20, 20), 10, True),
    Rule(False, True, 8, 1500, (0, 0), (0, 960), (20, 20), 2, False),
    Rule(False, False, 3, 1795, (15, 160), (0, 960), (40, 20), 10, False),
    Rule(False, False, 4, 1632, (120, 120), (960, 985), (30, 15), 0, False),
    Rule(False, False, 4, 1142, (30, 80), (990, 995), (20, 20), 0, False),
    Rule(False, False, 4, 1795, (15, 160), (900, 960), (0, 13), 4, False),
    Rule(False, False, 4, 653, (120, 40), (990, 985), (15, 15), 0, False),
    Rule(False, False, 6, 653, (20, 50), (0, 990), (0, 15), 0, False),
    Rule(False, False, 8, 653, (120, 80), (960, 0), (20, 30), 0, False),
    Rule(True, True, 2, 1142, (60, 0), (995, 0), (0, 40), 0, True),
    Rule(False, False, 3, 1795, (30, 160), (995, 0), (40, 40), 4, False),
    Rule(False, False, 4, 900, (30, 160), (990, 960), (40, 30), 10, True),
    Rule(False, False, 4, 1306, (60, 80), (900, 995), (0, 30), 0, False),
)
_TURNS: Final = tuple(
    tuple(
        (
            round(2048 * math.cos(2 * math.pi * f * HOP / 8000)),
            round(2048 * math.sin(2 * math.pi * f * HOP / 8000)),
            round(1024 * math.tan(0.022 * 2 * math.pi * f * HOP / 8000)),
        )
        for f in group
    )
    for group in (DTMF_ROWS, DTMF_COLUMNS)
)
"""Of each row and column: the turn of an exact sine from block to block, times 2048; the tangent of
how far another may be from that, times 1024."""
_BESIDE = tuple(
    (
        tuple(round(2048 * math.cos(2 * math.pi * f * n / 8000)) for n in range(BLOCK)),
        tuple(round(2048 * math.sin(2 * math.pi * f * n / 8000)) for n in range(BLOCK)),
    )
    for f in (150, 250, 350, 450, 550, 1075)
)


class Line(NamedTuple):
    """The strongest tone of a group in a block."""

    line: int
    power: int
    second: int
    """The power of the next strongest."""
    re: int
    im: int


class Near(NamedTuple):
    """A block that is near a digit; ``turns`` are from the block before it, of row and column."""

    row: Line
    column: Line
    beside: int
    above: int
    energy: int
    turns: tuple[tuple[int, int], tuple[int, int]]


class DigitWatch:
    """Listens to 8000 Hz audio for anything that may be a digit."""

    __slots__ = ("_blocks", "_company", "_like", "_run", "_tail")

    def __init__(self) -> None:
        self._tail: list[int] = []
        self._like = -1
        self._run = 0
        """How many of the latest blocks are like a digit; those kept are near it at least."""
        self._company = 0
        self._blocks: list[Near] = []

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
        found = _judge(x, energy)
        digit = found[0].line * 4 + found[1].line if found else -1
        if digit != self._like:
            self._like, self._run, self._blocks = digit, 0, []
        if found is None:
            return False
        row, column = found
        beside = [power_of(x, cosine, sine) for cosine, sine in _BESIDE]
        last = self._blocks[-1] if self._blocks else None
        turns = (
            _turn(row, last.row if last else None, _TURNS[0]),
            _turn(column, last.column if last else None, _TURNS[1]),
        )
        near = Near(row, column, sum(beside), sum(beside[-UPPER:]), energy, turns)
        self._blocks = [*self._blocks[1 - KEPT :], near]
        self._run = self._run + 1 if _is_like(near) else 0
        suspected = any(self._fulfils(rule) for rule in RULES)
        if suspected:
            self._company = COMPANY
        return suspected

    def _fulfils(self, rule: Rule) -> bool:
        run = self._run if rule.like else len(self._blocks)
        if run < rule.blocks or (rule.company and not self._company):
            return False
        blocks = self._blocks[-rule.blocks :]
        power = sum(b.row.power + b.column.power for b in blocks)
        beside = sum(b.above if rule.upper else b.beside for b in blocks)
        return (
            power > rule.share * sum(b.energy for b in blocks)
            and power > rule.besides * beside
            and _is_sine([b.row for b in blocks], [b.turns[0] for b in blocks[1:]], rule, 0)
            and _is_sine([b.column for b in blocks], [b.turns[1] for b in blocks[1:]], rule, 1)
        )


def _is_sine(lines: list[Line], turns: list[tuple[int, int]], rule: Rule, group: int) -> bool:
    powers = [line.power for line in lines]
    swell, steady = rule.swell[group], rule.steady[group]
    if 10 * sum(powers) <= rule.above[group] * sum(line.second for line in lines):
        return False
    if swell and 10 * max(powers) >= swell * min(powers):
        return False
    re, im = sum(turn[0] for turn in turns), sum(turn[1] for turn in turns)
    if abs(im) << 10 >= _TURNS[group][lines[0].line][2] * re:
        return False
    return (
        not steady
        or 4_000_000 * (re * re + im * im)
        > (steady * (2 * sum(powers) - powers[0] - powers[-1])) ** 2
    )


def _turn(
    line: Line, last: Line | None, turns: tuple[tuple[int, int, int], ...]
) -> tuple[int, int]:
    """Return how a tone went on from the last block, as (re, im)."""
    if last is None:
        return 0, 0
    cosine, sine, _ = turns[line.line]
    # re is the sum with the cosine, im with the sine: the tone's phase is that of re - j im
    along = line.re * last.re + line.im * last.im
    across = line.re * last.im - line.im * last.re
    return (
        (along * cosine + across * sine) >> 11,
        (across * cosine - along * sine) >> 11,
    )


def _strongest(x: list[int], tables: Tables) -> Line:
    """Return the strongest of four tones; the lowest wins a tie."""
    best, second = Line(0, -1, -1, 0, 0), -1
    for index, (cosine, sine) in enumerate(tables):
        re: int = sum(map(mul, x, cosine)) >> 8
        im: int = sum(map(mul, x, sine)) >> 8
        power = re * re + im * im
        if power > best.power:
            best, second = Line(index, power, 0, re, im), best.power
        else:
            second = max(second, power)
    return best._replace(second=second)


def _judge(x: list[int], energy: int) -> tuple[Line, Line] | None:
    """Return row and column of the digit a block is near, None where there is none."""
    if energy < ENERGY_LEAST:
        return None
    row = _strongest(x, ROWS)
    if row.power < POWER_LEAST:
        return None
    column = _strongest(x, COLUMNS)
    r, c = row.power, column.power
    if c < POWER_LEAST or c >= TWIST_UP * r or r >= TWIST_DOWN * c:
        return None
    return (row, column) if r + c > NEAR * energy else None


def _is_like(block: Near) -> bool:
    """Whether a block that is near a digit is like it, too."""
    row, column = block.row, block.column
    return (
        row.power < TWIST_LIKE * column.power
        and row.power > ABOVE * row.second
        and column.power > ABOVE * column.second
        and row.power + column.power > SHARE * block.energy
    )
