"""Speech cut into utterances: who speaks after a silence, until the next one.

A frame counts as speech while it is much louder than the quietest frames of late, so a noisy line
is not taken for somebody who never stops, nor a quiet one for silence::

    silence ──loud for ONSET──▶ speech ──quiet for the pause, or too long──▶ silence + Utterance

What came shortly before the first loud frame belongs to the utterance: consonants begin softly.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ringfence.kernel.limits import UTTERANCE_MS, UTTERANCE_PAUSE_MS

RATE: Final = 8_000
_FRAME_MS: Final = 20
_FRAME: Final = RATE * _FRAME_MS // 1000
_ONSET: Final = 3
"""Loud frames in a row before it counts as speech: a click is shorter."""
_BEFORE: Final = 12
"""Frames kept from before the first loud one."""
_LEAST: Final = 250
"""Mean amplitude below which nothing is speech, however quiet the line."""
_ABOVE: Final = 3
"""How much louder than the floor speech is."""
_FLOOR_FRAMES: Final = 150
"""Frames among which the quietest say what the line's own noise is."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Samples of one utterance (s16le mono, 8000 Hz); ``at_ms`` from the beginning.

    ``final``: it is over; else it is what there is of it so far.
    """

    pcm: bytes = field(repr=False)
    at_ms: int
    final: bool = True


class Utterances:
    """Takes samples in any pieces. ``so_far_ms``: how often a running utterance is given; 0 never.

    ``pause_ms``: of silence that ends one.
    """

    __slots__ = (
        "_before", "_floor", "_loud", "_now", "_pause", "_quiet", "_rest", "_so_far", "_spoken",
        "_start",
    )  # fmt: skip

    def __init__(self, *, pause_ms: int = int(UTTERANCE_PAUSE_MS), so_far_ms: int = 0) -> None:
        self._pause = max(pause_ms // _FRAME_MS, 1)
        self._so_far = so_far_ms // _FRAME_MS
        self._rest = b""
        self._before: deque[bytes] = deque(maxlen=_BEFORE)
        # until more is known the line is thought to be quiet: many begin with a word
        self._floor: deque[int] = deque([_LEAST // _ABOVE] * _FLOOR_FRAMES, maxlen=_FLOOR_FRAMES)
        self._spoken: list[bytes] = []
        self._loud = self._quiet = 0
        self._now = self._start = 0

    @property
    def speaking(self) -> bool:
        """Whether somebody speaks."""
        return bool(self._spoken)

    def feed(self, pcm: bytes) -> Iterator[Utterance]:
        """Take samples; yield what is over, and what is not where that was wished."""
        data = self._rest + pcm
        size = 2 * _FRAME
        whole = len(data) - len(data) % size
        self._rest = data[whole:]
        for at in range(0, whole, size):
            yield from self._frame(data[at : at + size])

    def end(self) -> Iterator[Utterance]:
        """Yield what was being said when the line went."""
        if self._spoken:
            yield self._over()

    def _frame(self, frame: bytes) -> Iterator[Utterance]:
        self._now += 1
        level = sum(map(abs, array("h", frame))) // _FRAME
        loud = level > max(_LEAST, _ABOVE * min(self._floor))
        self._floor.append(level)
        if not self._spoken:
            self._before.append(frame)
            self._loud = self._loud + 1 if loud else 0
            if self._loud >= _ONSET:
                self._spoken = list(self._before)
                self._start = self._now - len(self._spoken)
                self._before.clear()
                self._quiet = 0
            return
        self._spoken.append(frame)
        self._quiet = 0 if loud else self._quiet + 1
        if self._quiet >= self._pause or len(self._spoken) * _FRAME_MS >= UTTERANCE_MS:
            yield self._over()
        elif self._so_far and len(self._spoken) % self._so_far == 0:
            yield Utterance(b"".join(self._spoken), self._start * _FRAME_MS, final=False)

    def _over(self) -> Utterance:
        done = Utterance(b"".join(self._spoken), self._start * _FRAME_MS)
        self._spoken = []
        self._loud = 0
        return done
