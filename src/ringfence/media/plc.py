"""Packet-loss concealment and the squeeze that shortens a delay, in whole numbers.

Let k = rate / 8000 (1 or 2) and h the last `HISTORY` * k samples put out (zeros at first), h[-1]
the newest. The *gap* counts the samples concealed since audio last arrived.

Concealing (``lost``). When a gap begins, the pitch is searched once: for lag P = 40 k, 41 k, ..
120 k (200 to 67 Hz)::

    D(P) = sum over j = 1, 1 + k, 1 + 2 k, .. 80 values of abs(h[-j] - h[-j - P])

The lag with the least D is taken, the smallest of several. The last P samples of h are the pattern.
Sample number g of the gap is ``pattern[g % P] * gain(g // k) >> 15`` with

    gain(t) = 32768                     t < 80      10 ms in full
              32768 * (480 - t) // 400  t < 480     then fading until 60 ms
              0                         otherwise

Recovering (``good`` after a gap). With X = 32 k: for i < min(X, samples that arrived) the sample is
``(synthetic(gap + i) * (X - i) + arrived[i] * i) >> (5 or 6)``, then what arrived, untouched. A
run shorter than X leaves the fade unfinished; the next run starts without one.

In the spirit of ITU-T G.711 appendix I (waveform substitution at the pitch), with one cross-fade
at the end and none of its delay: the pattern begins where the pitch repeats, so it joins by itself.
"""

from __future__ import annotations

from array import array
from operator import mul, sub
from typing import Final

HISTORY: Final = 240
LAG_LEAST: Final = 40
LAG_MOST: Final = 120
COMPARED: Final = 80
FADE_END: Final = 480
BLEND: Final = 32
GAIN: Final = tuple(32768 if t < 80 else 32768 * (480 - t) // 400 for t in range(FADE_END))


class Concealer:
    """Fills gaps in one stream of audio at ``rate`` 8000 or 16000."""

    __slots__ = ("_gap", "_history", "_lag", "_pattern", "_scale", "_size")

    def __init__(self, *, rate: int) -> None:
        self._scale = rate // 8000
        self._size = HISTORY * self._scale
        self._history = array("h", bytes(2 * self._size))
        self._pattern = self._history
        self._lag = self._size
        self._gap = 0

    def good(self, pcm: array[int]) -> array[int]:
        """Take audio that arrived and return it, blended with the concealment after a gap."""
        if self._gap:
            pcm = self._blend(pcm)
            self._gap = 0
        self._remember(pcm)
        return pcm

    def lost(self, count: int) -> array[int]:
        """Return ``count`` samples in place of audio that did not arrive."""
        if self._gap == 0:
            self._lag = self._pitch()
            self._pattern = self._history[-self._lag :]
        pcm = array("h", self._synthetic(count))
        self._gap += count
        self._remember(pcm)
        return pcm

    def _remember(self, pcm: array[int]) -> None:
        if len(pcm) >= self._size:
            self._history = pcm[-self._size :]
        else:
            self._history = self._history[len(pcm) :] + pcm

    def _synthetic(self, count: int) -> list[int]:
        gap, scale = self._gap, self._scale
        heard = min(count, max(FADE_END * scale - gap, 0))
        at = gap % self._lag
        pattern = self._pattern[at:] + self._pattern * (heard // self._lag + 1)
        if scale == 1:
            gains = GAIN[gap : gap + heard]
        else:
            gains = tuple(GAIN[g >> 1] for g in range(gap, gap + heard))
        faded = [product >> 15 for product in map(mul, pattern, gains)]
        return faded + [0] * (count - heard)

    def _blend(self, pcm: array[int]) -> array[int]:
        width = BLEND * self._scale
        shift = 4 + self._scale
        size = min(width, len(pcm))
        head = [
            (old * (width - i) + new * i) >> shift
            for i, (old, new) in enumerate(zip(self._synthetic(size), pcm[:size], strict=True))
        ]
        return array("h", head) + pcm[size:]

    def _pitch(self) -> int:
        history, scale = self._history, self._scale
        # Newest first, so that index j - 1 is h[-j].
        newest = history[::-1]
        span = COMPARED * scale
        recent = newest[:span:scale]
        best, best_lag = -1, 0
        for lag in range(LAG_LEAST * scale, LAG_MOST * scale + 1, scale):
            distance = sum(map(abs, map(sub, recent, newest[lag : lag + span : scale])))
            if best < 0 or distance < best:
                best, best_lag = distance, lag
        return best_lag


def squeeze(pcm: array[int], keep: int) -> array[int]:
    """Shorten audio to ``keep`` samples by cross-fading its two ends over the whole difference.

    With s = len(pcm) - keep, which is at most keep: sample i is
    ``(pcm[i] * (s - i) + pcm[i + s] * i) // s`` for i < s, and ``pcm[i + s]`` from there on
    (division rounds towards minus infinity).
    """
    skip = len(pcm) - keep
    if skip <= 0:
        return pcm
    late = pcm[skip:]
    head = [
        (old * (skip - i) + new * i) // skip
        for i, (old, new) in enumerate(zip(pcm[:skip], late[:skip], strict=True))
    ]
    return array("h", head) + late[skip:]
