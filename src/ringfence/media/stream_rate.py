"""The sampling rate a media stream is wanted at, and back: 8000 Hz to 16000 or 24000 Hz.

16000 Hz is `ringfence.media.resample`. 24000 Hz is one low-pass of 71 taps at 24000 Hz, a sinc at
3900 Hz under a Kaiser window (beta 5.4), in whole numbers: going up it is three filters, one for
each sample between two; going down it is run whole and every third sample is kept.
"""

from __future__ import annotations

import math
from array import array
from typing import Final, Literal

from ringfence.media.fir import Filter, clipped
from ringfence.media.resample import Downsampler, Upsampler

StreamRate = Literal[8_000, 16_000, 24_000]
RATES: Final[tuple[StreamRate, ...]] = (8_000, 16_000, 24_000)

_HALF: Final = 35
_CUT: Final = 3_900 / 24_000
_BETA: Final = 5.4
_ONE: Final = 1 << 15


def _bessel(x: float) -> float:
    """The modified Bessel function of order 0."""
    total = term = 1.0
    for k in range(1, 30):
        term *= (x / (2 * k)) ** 2
        total += term
    return total


def _taps() -> tuple[int, ...]:
    def tap(n: int) -> float:
        sinc = 2 * _CUT if n == 0 else math.sin(2 * math.pi * _CUT * n) / (math.pi * n)
        return sinc * _bessel(_BETA * math.sqrt(1 - (n / (_HALF + 1)) ** 2)) / _bessel(_BETA)

    whole = [tap(n) for n in range(-_HALF, _HALF + 1)]
    return tuple(round(value / sum(whole) * _ONE) for value in whole)


_TAPS: Final = _taps()
_PHASES: Final = tuple(Filter([3 * tap for tap in (*_TAPS, 0)[phase::3]]) for phase in range(3))
_LOW: Final = Filter(_TAPS)


class _Tripler:
    """8000 to 24000 Hz."""

    __slots__ = ("_history",)

    def __init__(self) -> None:
        self._history = array("h", bytes(2 * _PHASES[0].order))

    def feed(self, pcm: array[int]) -> array[int]:
        extended = self._history + pcm
        self._history = extended[len(pcm) :]
        out = array("h", bytes(2 * 3 * len(pcm)))
        for phase, one in enumerate(_PHASES):
            out[phase::3] = clipped([(total + _ONE // 2) // _ONE for total in one.run(extended)])
        return out


class _Third:
    """24000 to 8000 Hz; the count taken is a multiple of three."""

    __slots__ = ("_history",)

    def __init__(self) -> None:
        self._history = array("h", bytes(2 * _LOW.order))

    def feed(self, pcm: array[int]) -> array[int]:
        extended = self._history + pcm
        self._history = extended[len(pcm) :]
        return clipped([(total + _ONE // 2) // _ONE for total in _LOW.run(extended)[::3]])


class Raised:
    """Samples at 8000 Hz into samples at ``rate``."""

    __slots__ = ("_converter",)

    def __init__(self, rate: StreamRate) -> None:
        self._converter: Upsampler | _Tripler = Upsampler() if rate == 16_000 else _Tripler()

    def feed(self, pcm: array[int]) -> array[int]:
        """Return the next stretch: two or three times as many samples."""
        return self._converter.feed(pcm)


class Lowered:
    """Samples at ``rate`` into samples at 8000 Hz; what is less than a whole one waits."""

    __slots__ = ("_converter", "_rest", "_times")

    def __init__(self, rate: StreamRate) -> None:
        self._times = rate // 8_000
        self._converter: Downsampler | _Third = Downsampler() if rate == 16_000 else _Third()
        self._rest = array("h")

    def feed(self, pcm: array[int]) -> array[int]:
        """Return the next stretch: half or a third as many samples."""
        pcm = self._rest + pcm
        whole = len(pcm) // self._times * self._times
        self._rest = pcm[whole:]
        return self._converter.feed(pcm[:whole])
