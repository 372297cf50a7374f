"""The jitter buffer: a ring of payload bytes addressed by RTP timestamp.

One tick is one payload byte for every codec here, so a packet of any length (10, 20, 30, 40 ms or
odd) is copied to its place by timestamp and playout takes as many ticks as it wants. There is no
clock inside: time is the number of ticks pulled.

State (all positions are 32-bit timestamps that wrap)::

    play    next tick to be played           ring    RING bytes, index = timestamp mod RING
    end     one past the newest tick stored  mark    RING flags: 1 = this tick has arrived
    top     newest sequence number           extra   ticks of delay learned from lateness
    low     least slack of any packet in the present window of WINDOW pulls
    dry     ticks pulled since the buffer ran empty
    run     pulls in a row before which packets came, all of them late
    lates   late packets of the window; gaps: its pulls of which ticks were missing
    stretch ticks by which the delay is to grow as soon as that is not heard

*Empty* means end == play: nothing is stored at or after play. *To anchor* for a packet means:
forget all stored audio, play = end = timestamp - (target + extra), dry = run = 0, low = none, no
squeeze or stretch is due, the window restarts.

``put`` (slack = timestamp - play: how early the packet is), the first rule that fits:

1. The first packet, another SSRC, or slack outside -RESYNC..RING - length: another time line.
   extra = 0, anchor, store.
2. Empty, newer sequence number, and the marker bit is set or dry >= STARVED: a talk spurt begins
   and nobody hears a shift of delay (RFC 3551 4.1 sets the marker after silence). Anchor, store.
3. Empty, newer sequence number, slack < 0 and extra - slack <= most - target: the network became
   slower. play = timestamp, extra = extra - slack, store: nothing is lost, the delay stretches.
   lates = 0.
4. slack + length <= 0: late, dropped and counted, low = min(low, slack). If run has reached
   LATE_RUN and the sequence number is newer: anchor and store instead.
5. Otherwise store what has not been played yet: from max(timestamp, play) on.

To store: copy to the ring, mark, end = max(end, timestamp + length), low = min(low, slack).
An empty payload is refused before all rules (nothing changes).

``pull(n)`` returns the n ticks from play, as runs, clears their marks and moves play by n.
Before the first packet it returns n missing ticks and changes nothing. At its start, on every
WINDOW-th pull: if low is known and low > most + SKIP, play jumps by low - target (the delay is
absurd); else if low > target + SKIP, a squeeze is due; extra = max(0, extra - FADE) if low >= 0;
low = none, lates = gaps = 0. If low < 0 and both lates and gaps had reached LATE_MANY, packets
take ways of different length and some are always missed: stretch = what the latest lacked, -low,
but no more than most - target - extra, and no squeeze is due; else stretch = 0.
While a squeeze is due and all n + SKIP ticks from play have arrived, this pull returns
n + SKIP ticks in one run, for the caller to squeeze into n (`plc.squeeze`), and it is due no more.
While stretch > 0 and none of the n ticks from play have arrived, a pull that is not empty returns n
missing ticks and leaves play where it is: stretch = stretch - n, extra = extra + n, and what is
late is played after all. Last, where play has passed end, end = play. The count of pulls restarts
at anchoring.

A sequence number is *newer* when 1..32767 ahead of top or more than MISORDER behind it; a newer
one becomes top. At the start of a pull: run = 0 after any packet stored since the last pull, else
run + 1 after any late one; dry + n when empty, else dry = 0. Both depths are cut to DEEPEST.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ringfence.kernel.limits import JITTER_RING, RTP_PACKET_MAX
from ringfence.media.rtp import MASK32, Packet, newer16, newer32

RING: Final = int(JITTER_RING)
RESYNC: Final = 8000
"""Ticks back (one second) beyond which a packet is not late but a new time line."""
STARVED: Final = 480
"""Ticks without audio (60 ms) after which a shift of the delay is not heard."""
LATE_RUN: Final = 5
"""Pulls (100 ms) with nothing but late packets, after which the delay is set anew."""
WINDOW: Final = 64
"""Pulls (1.28 s) over which the delay is judged."""
SKIP: Final = 80
"""Ticks (10 ms) by which one squeeze shortens the delay."""
FADE: Final = 16
"""Ticks of learned delay forgotten per window without lateness."""
LATE_MANY: Final = 3
"""Late packets of a window (5 %) from which on a longer delay is the lesser evil."""

MISORDER: Final = 100
"""A sequence number further back than this is a restarted sender (RFC 3550 A.1)."""
DEEPEST: Final = RING - int(RTP_PACKET_MAX)
"""Largest depth in ticks: the largest packet still fits behind it."""

_UNKNOWN: Final = 1 << 30
_INDEX = RING - 1
_ONES = b"\x01" * RING
_ZEROS = bytes(RING)


class Run(NamedTuple):
    """Consecutive ticks that either all arrived (``payload``) or all did not (None)."""

    ticks: int
    payload: bytes | None


class JitterBuffer:
    """Reorders, delays and hands out the payload of one RTP source.

    ``target`` and ``most`` are depths in ticks: the delay after anchoring and the largest it may
    stretch to. Equal values make a buffer of fixed depth: rule 3 then never fits.
    """

    __slots__ = (
        "_anchored", "_dry", "_end", "_extra", "_gaps", "_lates", "_low", "_mark", "_most", "_play",
        "_pulls", "_ring", "_run", "_saw_late", "_saw_timely", "_squeeze", "_ssrc", "_stretch",
        "_target", "_top",
        "discarded", "late", "resyncs", "skipped", "stretched",
    )  # fmt: skip

    def __init__(self, *, target: int, most: int) -> None:
        self._target = min(target, DEEPEST)
        self._most = min(max(target, most), DEEPEST)
        self._ring = bytearray(RING)
        self._mark = bytearray(RING)
        self._anchored = self._squeeze = self._saw_late = self._saw_timely = False
        self._ssrc = self._top = self._play = self._end = 0
        self._extra = self._run = self._dry = self._pulls = 0
        self._lates = self._gaps = self._stretch = 0
        self._low = _UNKNOWN
        self.late = 0
        """Packets that came whole after their time."""
        self.discarded = 0
        """Ticks of stored audio thrown away by anchoring or jumping."""
        self.resyncs = 0
        """Times the buffer anchored after the first."""
        self.stretched = 0
        """Ticks the delay has grown, in all."""
        self.skipped = 0
        """Ticks the delay has shrunk by squeezing or jumping, in all."""

    @property
    def depth(self) -> int:
        """Ticks from the playout point to the newest audio held; 0 when empty."""
        return max(newer32(self._end, self._play), 0) if self._anchored else 0

    @property
    def started(self) -> bool:
        """Whether a packet has ever been taken."""
        return self._anchored

    def put(self, packet: Packet) -> None:
        """Take one audio packet (its payload type already checked)."""
        payload = packet.payload
        length, timestamp = len(payload), packet.timestamp
        if length == 0:
            return
        slack = newer32(timestamp, self._play)
        if not self._anchored or packet.ssrc != self._ssrc or not -RESYNC <= slack <= RING - length:
            self._ssrc, self._top, self._extra = packet.ssrc, packet.sequence, 0
            self._anchor(timestamp)
            self._store(timestamp, payload, self._target)
            return
        ahead = newer16(packet.sequence, self._top)
        newer = ahead > 0 or ahead < -MISORDER
        if newer:
            self._top = packet.sequence
            if newer32(self._end, self._play) <= 0:
                if packet.marker or self._dry >= STARVED:
                    self._anchor(timestamp)
                    self._store(timestamp, payload, self._target + self._extra)
                    return
                if slack < 0 and self._extra - slack <= self._most - self._target:
                    self._play = timestamp
                    self._extra -= slack
                    self.stretched -= slack
                    self._lates = 0
                    self._store(timestamp, payload, 0)
                    return
        if slack + length <= 0:
            if newer and self._run >= LATE_RUN:
                self._anchor(timestamp)
                self._store(timestamp, payload, self._target + self._extra)
                return
            self.late += 1
            self._lates += 1
            self._saw_late = True
            self._low = min(self._low, slack)
            return
        self._store(timestamp, payload, slack)

    def pull(self, count: int) -> list[Run]:
        """Return the next ``count`` ticks as runs in order, or ``count + SKIP`` in one run."""
        if not self._anchored:
            return [Run(count, None)]
        if self._saw_timely:
            self._run = 0
        elif self._saw_late:
            self._run += 1
        self._saw_timely = self._saw_late = False
        self._pulls += 1
        if self._pulls == WINDOW:
            self._judge()
        if self._end == self._play:
            self._dry += count
            self._play = self._end = (self._play + count) & MASK32
            return [Run(count, None)]
        self._dry = 0
        if self._squeeze and self._present(count + SKIP):
            self._squeeze = False
            self.skipped += SKIP
            count += SKIP
            return [Run(count, self._take(count))]
        if self._stretch > 0 and self._absent(count):
            self._stretch -= count
            self._extra += count
            self.stretched += count
            return [Run(count, None)]
        if self._present(count):
            return [Run(count, self._take(count))]
        self._gaps += 1
        return self._broken(count)

    def _anchor(self, timestamp: int) -> None:
        if self._anchored:
            self.resyncs += 1
            self.discarded += self._mark.count(1)
        self._mark[:] = _ZEROS
        self._play = self._end = (timestamp - self._target - self._extra) & MASK32
        self._anchored = True
        self._squeeze = False
        self._low = _UNKNOWN
        self._pulls = self._run = self._dry = 0
        self._lates = self._gaps = self._stretch = 0

    def _store(self, timestamp: int, payload: bytes, slack: int) -> None:
        self._low = min(self._low, slack)
        self._saw_timely = True
        if slack < 0:
            payload = payload[-slack:]
            timestamp = self._play
        length = len(payload)
        at = timestamp & _INDEX
        if at + length <= RING:
            self._ring[at : at + length] = payload
            self._mark[at : at + length] = _ONES[:length]
        else:
            first = RING - at
            self._ring[at:] = payload[:first]
            self._mark[at:] = _ONES[:first]
            self._ring[: length - first] = payload[first:]
            self._mark[: length - first] = _ONES[: length - first]
        end = (timestamp + length) & MASK32
        if newer32(end, self._end) > 0:
            self._end = end

    def _judge(self) -> None:
        """Every WINDOW pulls: shorten a delay that none needed, or stretch one that many missed."""
        low, self._low, self._pulls = self._low, _UNKNOWN, 0
        missed = min(self._lates, self._gaps)
        self._lates = self._gaps = self._stretch = 0
        if low == _UNKNOWN:
            return
        if low < 0 and missed >= LATE_MANY:
            self._squeeze = False
            self._stretch = max(0, min(-low, self._most - self._target - self._extra))
        if low > self._most + SKIP:
            jump = low - self._target
            before = self._mark.count(1)
            self._advance(jump)
            self.discarded += before - self._mark.count(1)
            self.skipped += jump
        elif low > self._target + SKIP:
            self._squeeze = True
        if low >= 0:
            self._extra = max(0, self._extra - FADE)

    def _slice(self, source: bytearray, count: int) -> bytes:
        at = self._play & _INDEX
        if at + count <= RING:
            return bytes(source[at : at + count])
        return bytes(source[at:] + source[: at + count - RING])

    def _present(self, count: int) -> bool:
        return self._slice(self._mark, count) == _ONES[:count]

    def _absent(self, count: int) -> bool:
        return 1 not in self._slice(self._mark, count)

    def _take(self, count: int) -> bytes:
        taken = self._slice(self._ring, count)
        self._advance(count)
        return taken

    def _advance(self, count: int) -> None:
        at = self._play & _INDEX
        first = min(count, RING - at)
        self._mark[at : at + first] = _ZEROS[:first]
        self._mark[: count - first] = _ZEROS[: count - first]
        self._play = (self._play + count) & MASK32
        if newer32(self._end, self._play) < 0:
            self._end = self._play

    def _broken(self, count: int) -> list[Run]:
        """Split the next ticks at every change between arrived and missing."""
        mark = self._slice(self._mark, count)
        data = self._take(count)
        runs = []
        at = 0
        while at < count:
            here = mark[at]
            end = mark.find(1 - here, at)
            if end < 0:
                end = count
            runs.append(Run(end - at, data[at:end] if here else None))
            at = end
        return runs
