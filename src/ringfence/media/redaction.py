"""A look-ahead line that turns digits into noise before a recording ever sees them.

Muting that starts when a detector fires has already let the digit's beginning through. So every
recorded frame waits `LINE` = 10 frames (200 ms) in a line first, and a digit noticed now also
removes what is still waiting. One frame is 20 ms.

``push(frame, pressed)`` with redaction on feeds the frame, brought to 8000 Hz, to a listener
(`digit_watch`, fresh whenever redaction is switched on). Where an RFC 4733 digit is held
(``pressed``) every frame in the line and this one become noise, and so do the next `LINE` frames,
because its audio can lag behind it in the jitter buffer by as much. Where the listener suspects a
digit, which takes it two frames of a tone, the last `BACK` = 6 frames (120 ms) and this one become
noise, and the next `AFTER` = 2: a tone is suspected again while it lasts. The tail runs on after
redaction is switched off. Then the frame enters the line, and when more than `LINE` wait, the
oldest leaves. `drain` gives out the rest at the end.

Noise is a matter of the frame's number n in the line, from 0: x = (n + 1) * 2654435761,
x = (x ^ x >> 15) * 2246822519, then for each sample x = x * 1664525 + 1013904223, all modulo 2**32;
the sample is x (as a signed 32-bit number) >> 23: -256 to 255.
"""

from __future__ import annotations

from array import array
from collections import deque
from typing import Final

from ringfence.media.digit_watch import DigitWatch
from ringfence.media.resample import resampler
from ringfence.media.rtp import MASK32

LINE: Final = 10
BACK: Final = 6
AFTER: Final = 2
MULTIPLIER: Final = 1664525
INCREMENT: Final = 1013904223


class Redactor:
    """The line of one channel of a recording at ``rate`` 8000 or 16000."""

    __slots__ = ("_converter", "_left", "_marks", "_rate", "_tail", "_waiting", "_watch")

    def __init__(self, *, rate: int) -> None:
        self._rate = rate
        self._waiting: deque[array[int]] = deque()
        self._marks: deque[bool] = deque()
        self._watch: DigitWatch | None = None
        self._converter = resampler(rate, 8000)
        self._tail = 0
        self._left = 0
        """Frames that have left the line."""

    def switch(self, *, on: bool) -> None:
        """Begin or stop looking for digits; switching on what is on changes nothing."""
        if not on:
            self._watch = None
        elif self._watch is None:
            self._watch = DigitWatch()
            self._converter = resampler(self._rate, 8000)

    def push(self, frame: array[int], *, pressed: bool) -> array[int] | None:
        """Take a frame; return the one that leaves the line, None while it fills."""
        marked = self._tail > 0
        if marked:
            self._tail -= 1
        if self._watch is not None:
            heard = frame if self._converter is None else self._converter.feed(frame)
            suspected = self._watch.feed(heard)
            if suspected or pressed:
                for back in range(1, min(len(self._marks), LINE if pressed else BACK) + 1):
                    self._marks[-back] = True
                self._tail = max(self._tail, LINE if pressed else AFTER)
                marked = True
        self._waiting.append(frame)
        self._marks.append(marked)
        return self._leave() if len(self._waiting) > LINE else None

    def drain(self) -> list[array[int]]:
        """Return the frames still waiting, oldest first."""
        return [self._leave() for _ in range(len(self._waiting))]

    def _leave(self) -> array[int]:
        frame = self._waiting.popleft()
        self._left += 1
        return _hiss(self._left, len(frame)) if self._marks.popleft() else frame


def _hiss(place: int, count: int) -> array[int]:
    """Return noise for the frame of a place in the line, the first is 1."""
    state = place * 2654435761 & MASK32
    state = (state ^ state >> 15) * 2246822519 & MASK32
    out = array("h", bytes(2 * count))
    for i in range(count):
        state = (state * MULTIPLIER + INCREMENT) & MASK32
        out[i] = (state >> 23) - (512 if state & 0x8000_0000 else 0)
    return out
