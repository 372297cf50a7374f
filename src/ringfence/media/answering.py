"""Who answered a call of ours: a person, a machine and when it is done speaking, a fax.

Fed with what a line sounds like, a frame of 20 ms at a time (`Meter`), it decides by how people and
machines behave: a person says something short and waits, a machine speaks on, and ends with a beep
or in silence. The thresholds have the names and defaults of Twilio's parameters
(https://www.twilio.com/docs/voice/answering-machine-detection).

    listening ──silence from the start────────────▶ unknown
       │ └──fax tone──────────────────────────────▶ fax
       ├──short speech, then silence──────────────▶ human
       └──long speech, or a beep──▶ machine_start, or with ``to_the_end``:
             speaking ──beep, and its end─────────▶ machine_end_beep
                ├──silence────────────────────────▶ machine_end_silence
                └──time over──────────────────────▶ machine_end_other
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from operator import mul
from typing import Literal

FRAME_MS = 20
RATE = 8_000

Sound = Literal["silence", "voice", "tone"]
Verdict = Literal[
    "human",
    "machine_start",
    "machine_end_beep",
    "machine_end_silence",
    "machine_end_other",
    "fax",
    "unknown",
]

_QUIET = 250 * 250
"""Mean square below which a line is silent: -42 dBFS, above comfort noise and breath."""
_PURE = 0.02
"""Share of a frame that is no sine of one frequency; speech has far more, G.711 noise far less."""
_BEEP_HZ = (350.0, 2_600.0)
_FAX_HZ = ((1_080.0, 1_120.0), (2_080.0, 2_120.0))
"""CNG and CED (ITU-T T.30 5.2, 5.3)."""
_BEEP_MS = 120
_FAX_MS = 400
_SAME_HZ = 40.0
_WORD_MS = 140
"""Less than this is a click or a breath, not a word."""
_END_SILENCE_MS = 2_000
"""After a machine has spoken that long a silence is its end: greetings pause for a second."""


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of a line. ``hz``: of a tone."""

    sound: Sound
    hz: float = 0.0


class Meter:
    """Makes frames of mono 16-bit samples at 8 kHz, whole frames or not."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = array("h")

    def feed(self, pcm: bytes) -> list[Frame]:
        """Return the frames that are complete now; ``pcm``: little endian."""
        samples = self._rest
        samples.frombytes(pcm[: len(pcm) // 2 * 2])
        size = RATE * FRAME_MS // 1000
        whole = len(samples) // size * size
        self._rest = samples[whole:]
        return [sound_of(samples[at : at + size]) for at in range(0, whole, size)]


def sound_of(frame: array[int]) -> Frame:
    """Return what one frame sounds like.

    A sine of one frequency w obeys x[n-1] + x[n+1] = 2 cos(w) x[n]: the best factor is found by
    least squares, and what it leaves unexplained tells a tone from everything else.
    """
    energy = sum(map(mul, frame, frame))
    if energy <= _QUIET * len(frame):
        return Frame("silence")
    middle = frame[1:-1]
    beside = [a + b for a, b in zip(frame[:-2], frame[2:], strict=True)]
    inner = sum(map(mul, middle, middle))
    factor = sum(map(mul, beside, middle)) / inner
    left = sum(map(mul, beside, beside)) - factor * factor * inner
    if left > _PURE * inner or abs(factor) >= 2:
        return Frame("voice")
    return Frame("tone", math.acos(factor / 2) * RATE / (2 * math.pi))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """How to listen. Milliseconds; ``to_the_end``: of what a machine says."""

    to_the_end: bool = False
    timeout_ms: int = 30_000
    speech_ms: int = 2_400
    speech_end_ms: int = 1_200
    silence_ms: int = 5_000


class AnswerDetector:
    """Listens to one line until it knows. `verdict` is None until then, and stays what it is."""

    __slots__ = (
        "_beeped", "_from", "_how", "_last", "_machine", "_now", "_tone_hz", "_tone_ms",
        "verdict",
    )  # fmt: skip

    def __init__(self, how: Listening) -> None:
        self._how = how
        self._now = 0
        self._from: int | None = None
        """When somebody began to speak, after the last long silence."""
        self._last = 0
        self._machine = False
        self._tone_hz = 0.0
        self._tone_ms = 0
        self._beeped = False
        self.verdict: Verdict | None = None

    @property
    def heard_ms(self) -> int:
        """How long it has listened."""
        return self._now

    def feed(self, frame: Frame) -> Verdict | None:
        """Take 20 ms; return the verdict once there is one."""
        if self.verdict is not None:
            return self.verdict
        self._now += FRAME_MS
        self._tone(frame)
        if self.verdict is None:
            if frame.sound == "silence":
                self._silence()
            elif frame.sound == "voice" or self._tone_ms < _BEEP_MS:
                self._speech()
        if self.verdict is None and self._now >= self._how.timeout_ms:
            self.verdict = "machine_end_other" if self._machine else "unknown"
        return self.verdict

    def _tone(self, frame: Frame) -> None:
        """Follow a tone; the end of a beep is the end of a greeting."""
        if frame.sound == "tone" and (
            not self._tone_ms or abs(frame.hz - self._tone_hz) < _SAME_HZ
        ):
            self._tone_hz = frame.hz
            self._tone_ms += FRAME_MS
        else:
            if self._beeped:
                self.verdict = "machine_end_beep"
            self._tone_hz, self._tone_ms = frame.hz, FRAME_MS if frame.sound == "tone" else 0
        hz = self._tone_hz
        if any(low <= hz <= high for low, high in _FAX_HZ) and not self._machine:
            if self._tone_ms >= _FAX_MS:
                self.verdict = "fax"
        elif self._tone_ms >= _BEEP_MS and _BEEP_HZ[0] <= hz <= _BEEP_HZ[1]:
            self._beeped = True
            self._is_machine()

    def _speech(self) -> None:
        if self._from is None:
            self._from = self._now - FRAME_MS
        self._last = self._now
        if self._last - self._from >= self._how.speech_ms:
            self._is_machine()

    def _silence(self) -> None:
        quiet = self._now - self._last
        if self._machine:
            if quiet >= max(_END_SILENCE_MS, self._how.speech_end_ms):
                self.verdict = "machine_end_silence"
        elif self._from is None:
            if quiet >= self._how.silence_ms:
                self.verdict = "unknown"
        elif quiet >= self._how.speech_end_ms:
            if self._last - self._from >= _WORD_MS:
                self.verdict = "human"
            self._from = None

    def _is_machine(self) -> None:
        self._machine = True
        if not self._how.to_the_end:
            self.verdict = "machine_start"
