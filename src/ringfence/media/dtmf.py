"""DTMF digits: RFC 4733 events on the wire, and the in-band detector.

Event payload (RFC 4733 2.3)::

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |     event     |E|R| volume    |          duration             |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

Events 0 to 9, 10 (``*``), 11 (``#``) and 12 to 15 (A to D) are digits; the duration counts RTP
clock ticks (8 per ms) from the packet's timestamp.

In-band detector
----------------
Works on 8000 Hz audio in *blocks* of `BLOCK` = 102 samples, a new block every `HOP` = 51. With
x = sample >> 2 (14 bits) a block yields, all in whole numbers::

    energy = sum(x * x)                                              up to 2**33
    re[f]  = sum(x[n] * COSINE[f][n]), im[f] likewise with SINE      up to 2**31
    power[f] = (re[f] >> 8) ** 2 + (im[f] >> 8) ** 2                 up to 2**45

for the four row and four column frequencies: single bins of a Fourier transform, the quantity the
Goertzel recursion computes, taken as plain sums because those are exact in 32 bits and run in
vectors. The tables are ``round(2048 * cos(2 * pi * f * n / 8000))``, sine likewise. One sine of
exactly f with the energy e gives power = 32 * BLOCK * e = 3264 e.

With r the strongest row's power and c the strongest column's (the lowest frequency wins a tie) the
block *hits* digit (row, column) if all hold:

    energy >= 1_600_000                                one sine of -30 dBm0
    r >= 5_200_000_000 and c >= 5_200_000_000          each at least -30 dBm0
    10 * r > 63 * r2 and 10 * c > 63 * c2              8 dB above the second strongest row, column
    c < 4 * r and r < 8 * c                            twist within +6 and -9 dB
    r + c > 2122 * energy                              65 % of all energy is the two sines;
    5 * c >= 2 * r or r + c > 2611 * energy            80 % where the column is 4 dB weaker, as
                                                       in a voice with a strong low formant

Four blocks in a row hitting the same digit begin it, three in a row not hitting it end it. It
lasted (blocks from the first to the last hit) * HOP samples. After its end the block that ended it
counts as the first of a new run if it hit another digit. Redaction must not wait until a digit is
sure and has a listener of its own: `digit_watch`.
"""

from __future__ import annotations

import math
import struct
from array import array
from operator import mul
from typing import Final, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.media.rtp import MASK32, newer32
from ringfence.media.tones import DIGITS, DTMF_COLUMNS, DTMF_ROWS

EVENTS: Final = "0123456789*#ABCD"
"""The digit of each event code 0 to 15."""
EVENT_OF: Final = {digit: code for code, digit in enumerate(EVENTS)}

_EVENT = struct.Struct(">BBH")
_END = 0x80


class Event(NamedTuple):
    """One telephone-event payload; ``volume`` is 0 (loud) to 63 in -dBm0."""

    code: int
    end: bool
    volume: int
    duration: int

    def to_bytes(self) -> bytes:
        """Return the four bytes of the payload."""
        return _EVENT.pack(self.code, (_END if self.end else 0) | self.volume, self.duration)


def parse(payload: bytes) -> Event:
    """Read the first event of a payload; raises `RemoteError` under four bytes.

    What follows the first four bytes is ignored, as is the reserved bit (2.3.3).
    """
    if len(payload) < _EVENT.size:
        raise RemoteError("telephone-event payload is shorter than four bytes")
    code, second, duration = _EVENT.unpack_from(payload)
    return Event(code, second >= _END, second & 0x3F, duration)


class Digit(NamedTuple):
    """A digit that has ended."""

    digit: str
    duration_ms: int


SEGMENT: Final = 0xFFFF
"""Longest duration one segment of an event can state (2.5.1.3)."""
SEGMENT_NEAR: Final = 65_000
"""Some senders begin the next segment a little before the limit."""
REPEAT_MS: Final = 5_000
"""How long an older timestamp of the same source means a repetition, not a restarted clock."""
JUST_HELD_MS: Final = 40
OVERDUE_MS: Final = 200
"""Without a packet for this long the end packets were lost (updates come every 50 ms, 2.5.1.2)."""


class EventReceiver:
    """Turns telephone-event packets into digits, each exactly once.

    One event is *open* at most: (ssrc, timestamp, code, duration, arrival, base). For a packet
    with a code of 0 to 15 the first rule that fits:

    1. The open event's timestamp and code: duration = max of both, arrival = now; E closes it.
       (The same timestamp with another code is ignored.)
    2. The open event's code, and timestamp = open timestamp + 65535, or + its duration where that
       is at least 65000: the next segment of a long event (2.5.1.3). What was passes into base.
       arrival = now; E closes it.
    3. The timestamp of the event closed last, or, with that event's SSRC and within 5 s of its
       last arrival, one not newer: a repetition (2.5.1.4 sends the end three times). Ignored.
    4. Anything else closes the open event, if any, and opens its own; E closes it at once.

    Closing reports (base + duration) // 8 ms.
    """

    __slots__ = (
        "_arrival", "_base", "_closed_arrival", "_closed_ssrc", "_closed_timestamp", "_code",
        "_duration", "_ever_closed", "_open", "_ssrc", "_timestamp",
    )  # fmt: skip

    def __init__(self) -> None:
        self._open = self._ever_closed = False
        self._ssrc = self._timestamp = self._code = self._duration = self._base = 0
        self._arrival = self._closed_arrival = Ms(0)
        self._closed_ssrc = self._closed_timestamp = 0

    @property
    def pressed(self) -> bool:
        """Whether a digit is being held."""
        return self._open

    def held(self, now: Ms) -> bool:
        """Whether a digit is held, or was `JUST_HELD_MS` ago: redaction's question.

        An event can begin and end between two frames of the leg that records it.
        """
        return self._open or now - self._arrival < JUST_HELD_MS

    def receive(self, event: Event, *, timestamp: int, ssrc: int, now: Ms) -> list[Digit]:
        """Take one packet; return the digits it ends (none, one or two)."""
        if event.code >= len(EVENTS):
            return []
        ended: list[Digit] = []
        if self._open and timestamp == self._timestamp:
            if event.code != self._code:
                return []
            self._duration = max(self._duration, event.duration)
        elif self._open and event.code == self._code and self._continues(timestamp):
            self._base += self._duration
            self._timestamp, self._duration = timestamp, event.duration
        elif self._repeats(timestamp, ssrc, now):
            return []
        else:
            ended = self.close()
            self._open = True
            self._ssrc, self._timestamp, self._base = ssrc, timestamp, 0
            self._code, self._duration = event.code, event.duration
        self._arrival = now
        if event.end:
            ended += self.close()
        return ended

    def overdue(self, now: Ms) -> list[Digit]:
        """Close the open event when nothing was heard of it for `OVERDUE_MS`."""
        if self._open and now - self._arrival >= OVERDUE_MS:
            return self.close()
        return []

    def close(self) -> list[Digit]:
        """Close the open event, if any."""
        if not self._open:
            return []
        self._open = False
        self._ever_closed = True
        self._closed_ssrc, self._closed_timestamp = self._ssrc, self._timestamp
        self._closed_arrival = self._arrival
        return [Digit(EVENTS[self._code], (self._base + self._duration) // 8)]

    def _continues(self, timestamp: int) -> bool:
        ahead = (timestamp - self._timestamp) & MASK32
        return ahead == SEGMENT or (ahead == self._duration and ahead >= SEGMENT_NEAR)

    def _repeats(self, timestamp: int, ssrc: int, now: Ms) -> bool:
        if not self._ever_closed:
            return False
        if timestamp == self._closed_timestamp:
            return True
        return (
            ssrc == self._closed_ssrc
            and now - self._closed_arrival < REPEAT_MS
            and newer32(timestamp, self._closed_timestamp) <= 0
        )


class Outgoing(NamedTuple):
    """One telephone-event packet to send; the timestamp is the one of the digit's first frame."""

    event: Event
    timestamp: int
    marker: bool


FRAME: Final = 160
"""Ticks of one frame of 20 ms."""
WAIT_FRAMES: Final = 25
"""A ``w`` in the digits: half a second."""
VOLUME: Final = 10
"""-10 dBm0, the level most gateways send."""
ENDS: Final = 3
"""The end is sent three times, against loss (2.5.1.4)."""


class EventSender:
    """Sends digits as events, one step per frame of 20 ms.

    A digit of n = max(2, tone_ms // 20) frames: at frame i < n a packet of duration 160 * (i + 1)
    (zero is reserved, 2.3.5), marker on the first; then three times duration 160 * n with the E
    bit; then gap_ms // 20 frames of nothing. A ``w`` is 25 frames of nothing.
    """

    __slots__ = ("_at", "_digits", "_frames", "_gap", "_position", "_started")

    def __init__(self, digits: str, *, tone_ms: int, gap_ms: int) -> None:
        self._digits = digits.upper()
        self._frames = max(2, tone_ms // 20)
        self._gap = gap_ms // 20
        self._at = 0
        self._position = 0
        self._started = 0

    @property
    def done(self) -> bool:
        """Whether the last frame, gap included, has been stepped through."""
        return self._position == len(self._digits)

    @property
    def remaining(self) -> int:
        """Digits not yet stepped through, the present one included."""
        return len(self._digits) - self._position

    def step(self, timestamp: int) -> Outgoing | None:
        """Return the packet of the next frame, None in a gap; ``timestamp`` is the leg's clock."""
        digit, at = self._digits[self._position], self._at
        packet, size = None, WAIT_FRAMES
        if digit != "W":
            code, frames = EVENT_OF[digit], self._frames
            size = frames + ENDS + self._gap
            if at == 0:
                self._started = timestamp
            if at < frames + ENDS:
                duration = FRAME * min(at + 1, frames)
                event = Event(code, at >= frames, VOLUME, duration)
                packet = Outgoing(event, self._started, at == 0)
        self._at += 1
        if self._at == size:
            self._at = 0
            self._position += 1
        return packet


BLOCK: Final = 102
HOP: Final = 51
HITS: Final = 4
MISSES: Final = 3
ENERGY_LEAST: Final = 1_600_000
POWER_LEAST: Final = 5_200_000_000
FRACTION: Final = 2122
"""0.65 * 32 * BLOCK: share of the energy the two sines must have."""
FRACTION_TWISTED: Final = 2611
"""0.80 * 32 * BLOCK: the same where the column is weak."""

_FREQUENCIES = DTMF_ROWS + DTMF_COLUMNS
COSINE: Final = tuple(
    tuple(round(2048 * math.cos(2 * math.pi * f * n / 8000)) for n in range(BLOCK))
    for f in _FREQUENCIES
)
"""Rows, then columns; the native engine uses the same tables."""
SINE: Final = tuple(
    tuple(round(2048 * math.sin(2 * math.pi * f * n / 8000)) for n in range(BLOCK))
    for f in _FREQUENCIES
)
ROWS: Final = tuple(zip(COSINE[:4], SINE[:4], strict=True))
COLUMNS: Final = tuple(zip(COSINE[4:], SINE[4:], strict=True))
Tables = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def power_of(x: list[int], cosine: tuple[int, ...], sine: tuple[int, ...]) -> int:
    """Return the power of one frequency in a block."""
    re: int = sum(map(mul, x, cosine)) >> 8
    im: int = sum(map(mul, x, sine)) >> 8
    return re * re + im * im


def strongest(x: list[int], tables: Tables) -> tuple[int, int, int]:
    """Return the index of the strongest frequency, its power and the second strongest power."""
    powers = [power_of(x, cosine, sine) for cosine, sine in tables]
    best = max(powers)
    index = powers.index(best)
    del powers[index]
    return index, best, max(powers)


def judge(x: list[int]) -> int:
    """Return the index into `DIGITS` a block of `BLOCK` shifted samples hits, or -1."""
    energy = sum(map(mul, x, x))
    if energy < ENERGY_LEAST:
        return -1
    row, r, r2 = strongest(x, ROWS)
    # Twist bounds c below 4 r, so the share test below cannot hold for a weaker row.
    if r < POWER_LEAST or 10 * r <= 63 * r2 or 5 * r <= FRACTION * energy:
        return -1
    column, c, c2 = strongest(x, COLUMNS)
    if c < POWER_LEAST or 10 * c <= 63 * c2 or c >= 4 * r or r >= 8 * c:
        return -1
    share = FRACTION if 5 * c >= 2 * r else FRACTION_TWISTED
    return row * 4 + column if r + c > share * energy else -1


class ToneDetector:
    """Hears digits in 8000 Hz audio."""

    __slots__ = (
        "_block", "_candidate", "_first", "_held", "_last", "_misses", "_run", "_tail",
    )  # fmt: skip

    def __init__(self) -> None:
        self._tail: list[int] = []
        self._block = 0
        self._candidate = self._held = -1
        self._run = self._misses = 0
        self._first = self._last = 0

    def feed(self, pcm: array[int]) -> list[Digit]:
        """Take any number of samples; return the digits that ended in them."""
        ended = []
        tail = self._tail
        tail += [sample >> 2 for sample in pcm]
        at = 0
        while at + BLOCK <= len(tail):
            digit = self._step(judge(tail[at : at + BLOCK]))
            if digit is not None:
                ended.append(digit)
            at += HOP
        del tail[:at]
        return ended

    def _step(self, hit: int) -> Digit | None:
        block = self._block
        self._block += 1
        ended = None
        if self._held >= 0:
            if hit == self._held:
                self._misses = 0
                self._last = block
                return None
            self._misses += 1
            if self._misses < MISSES:
                return None
            ended = Digit(DIGITS[self._held], (self._last - self._first + 1) * HOP // 8)
            self._held = self._candidate = -1
        if hit < 0 or hit != self._candidate:
            self._candidate, self._run, self._first = hit, 0, block
        if hit >= 0:
            self._run += 1
            if self._run == HITS:
                self._held, self._last, self._misses = hit, block, 0
        return ended
