"""Call-progress tones and DTMF digits as sums of at most two sines, in whole numbers.

One sine is a 32-bit phase that advances by ``frequency * 2**32 // rate`` per sample and indexes
a table of 1024 values; the sample is ``SINE[phase >> 22] * amplitude >> 15``, the tone the sum of
its sines. Amplitudes are chosen so that the sum stays within 16 bits. The phase of both sines is
zero at the start of every on-period, so a cadence is a repeatable run of bytes.

Sources: ITU-T E.180 supplement 2 (cadences), ITU-T Q.23 (DTMF frequencies).
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import Final

SINE: Final = tuple(round(32767 * math.sin(2 * math.pi * k / 1024)) for k in range(1024))
"""One period, Q15. ``round(32767 * sin(2 * pi * k / 1024))``; no value lies near a tie."""

LEVEL: Final = 4096
"""Peak of each of two sines: -14.7 dBm0 each, a comfortable progress tone."""
DTMF_LEVEL: Final = 8192
"""Peak of each DTMF sine: -8.7 dBm0, the level telephones send at."""


@dataclass(frozen=True, slots=True)
class Segment:
    """``duration_ms`` of one or two frequencies in hertz (0: none), each of peak ``amplitude``."""

    duration_ms: int
    low_hz: int = 0
    high_hz: int = 0
    amplitude: int = LEVEL


@dataclass(frozen=True, slots=True)
class Tone:
    """Segments played in order, once or for ever."""

    segments: tuple[Segment, ...]
    repeats: bool

    @property
    def duration_ms(self) -> int:
        """Length of one pass."""
        return sum(segment.duration_ms for segment in self.segments)


TONES: Final[dict[str, Tone]] = {
    "beep": Tone((Segment(400, 1000, 0, 8192),), repeats=False),
    "ringback": Tone((Segment(2000, 440, 480), Segment(4000)), repeats=True),
    "ringback_eu": Tone((Segment(1000, 425, 0, 8192), Segment(4000)), repeats=True),
    "busy": Tone((Segment(500, 480, 620), Segment(500)), repeats=True),
    "congestion": Tone((Segment(250, 480, 620), Segment(250)), repeats=True),
    "dial": Tone((Segment(1000, 350, 440),), repeats=True),
    "waiting": Tone((Segment(200, 440, 0), Segment(4000)), repeats=True),
    "unobtainable": Tone(
        (Segment(330, 950), Segment(330, 1400), Segment(330, 1800), Segment(1000)), repeats=True
    ),
    "silence": Tone((Segment(1000),), repeats=True),
}
"""The named tones of the engine. Segments whose frequency is 0 are silence."""

DTMF_ROWS: Final = (697, 770, 852, 941)
DTMF_COLUMNS: Final = (1209, 1336, 1477, 1633)
DIGITS: Final = "123A456B789C*0#D"
"""The sixteen digits in row order: row ``i // 4``, column ``i % 4``."""


class Oscillator:
    """Generates a `Tone` sample by sample; ``rate`` is 8000 or 16000."""

    __slots__ = ("_at", "_high", "_low", "_rate", "_segment", "_tone")

    def __init__(self, tone: Tone, *, rate: int) -> None:
        self._tone = tone
        self._rate = rate
        self._segment = 0
        self._at = 0
        self._low = 0
        self._high = 0

    def read(self, count: int) -> array[int]:
        """Return ``count`` samples, or fewer where a tone that does not repeat ends."""
        out = array("h")
        segments = self._tone.segments
        while count > 0:
            if self._segment == len(segments):
                if not self._tone.repeats:
                    break
                self._segment = 0
            segment = segments[self._segment]
            size = segment.duration_ms * self._rate // 1000
            take = min(count, size - self._at)
            self._render(segment, take, out)
            count -= take
            self._at += take
            if self._at == size:
                self._at = self._low = self._high = 0
                self._segment += 1
        return out

    def _render(self, segment: Segment, count: int, out: array[int]) -> None:
        if segment.low_hz == 0:
            out.extend(array("h", bytes(2 * count)))
            return
        amplitude, phase = segment.amplitude, self._low
        step = (segment.low_hz << 32) // self._rate
        low = [SINE[(phase + i * step) >> 22 & 1023] * amplitude >> 15 for i in range(count)]
        self._low = phase + count * step & 0xFFFF_FFFF
        if segment.high_hz == 0:
            out.extend(low)
            return
        phase = self._high
        step = (segment.high_hz << 32) // self._rate
        out.extend(
            [
                base + (SINE[(phase + i * step) >> 22 & 1023] * amplitude >> 15)
                for i, base in enumerate(low)
            ]
        )
        self._high = phase + count * step & 0xFFFF_FFFF


def dtmf(digit: str, duration_ms: int, pause_ms: int = 0) -> Tone:
    """Return a DTMF digit (one of `DIGITS`) of ``duration_ms`` followed by ``pause_ms`` silence."""
    index = DIGITS.index(digit)
    low, high = DTMF_ROWS[index // 4], DTMF_COLUMNS[index % 4]
    segments = [Segment(duration_ms, low, high, DTMF_LEVEL)]
    if pause_ms:
        segments.append(Segment(pause_ms))
    return Tone(tuple(segments), repeats=False)
