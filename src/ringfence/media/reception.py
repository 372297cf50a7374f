"""What one sender's packets say about the network (RFC 3550 6.4.1, A.1, A.3, A.8).

Per source (SSRC), with all sequence arithmetic modulo 2**16, without A.1's probation:

* The first packet: base = top = sequence, received = 1.
* ahead = sequence - top mod 65536. Below 3000: in order, cycles grow by 65536 at the wrap. From
  3000 to 65436: a jump; a packet that is exactly one after the last jump restarts the count
  (base = top = sequence, cycles = received = 0, the interval of the next report begins anew);
  otherwise it is not counted. Above: late or doubled, counted.
* expected = cycles + top - base + 1; lost = expected - received, which doubles can make negative.
* Jitter counts audio packets only: transit = arrival - timestamp mod 2**32, d = abs(transit - last
  transit) as a signed 32-bit difference; where d <= 8000, scaled += d - ((scaled + 8) >> 4). A
  larger d is another time line and only replaces the transit. Jitter in ticks is scaled >> 4.

Another SSRC starts everything afresh. ``lost`` over the leg's life is the sum over all sources and
restarts of max(0, lost). The arrival clock is milliseconds * 8.
"""

from __future__ import annotations

from typing import Final

from ringfence.kernel.clock import Ms
from ringfence.media.rtcp import Block, middle
from ringfence.media.rtp import MASK32, Packet, newer32

DROPOUT: Final = 3000
MISORDER: Final = 100
JUMP: Final = 8000
_NEVER: Final = 1 << 16
_LOST_MOST = 0x7F_FFFF


class Reception:
    """The statistics of the packets one leg receives."""

    __slots__ = (
        "_bad", "_base", "_cycles", "_expected_before", "_lost_before", "_received",
        "_received_before", "_report", "_report_at", "_scaled", "_scaled_most", "_timed", "_top",
        "_transit", "heard", "ssrc",
    )  # fmt: skip

    def __init__(self) -> None:
        self.heard = False
        self.ssrc = 0
        self._lost_before = self._scaled_most = 0
        self._begin(0)
        self._received = 0

    def _begin(self, sequence: int) -> None:
        self._restart(sequence)
        self._scaled = self._transit = self._report = 0
        self._report_at = Ms(0)
        self._timed = False

    def _restart(self, sequence: int) -> None:
        self._base = self._top = sequence
        self._bad = _NEVER
        self._cycles = self._received = 0
        self._expected_before = self._received_before = 0

    def receive(self, packet: Packet, *, audio: bool, now: Ms) -> None:
        """Count one valid RTP packet; ``audio`` False for telephone events."""
        sequence = packet.sequence
        if not self.heard or packet.ssrc != self.ssrc:
            self._lost_before = self.lost
            self.heard = True
            self.ssrc = packet.ssrc
            self._begin(sequence)
        ahead = (sequence - self._top) & 0xFFFF
        if ahead < DROPOUT:
            if sequence < self._top:
                self._cycles += 1 << 16
            self._top = sequence
        elif ahead <= (1 << 16) - MISORDER:
            if sequence != self._bad:
                self._bad = (sequence + 1) & 0xFFFF
                return
            self._lost_before = self.lost
            self._restart(sequence)
        self._received += 1
        if audio:
            self._time(now * 8 - packet.timestamp & MASK32)

    def _time(self, transit: int) -> None:
        if self._timed:
            apart = abs(newer32(transit, self._transit))
            if apart <= JUMP:
                self._scaled += apart - (self._scaled + 8 >> 4)
                self._scaled_most = max(self._scaled_most, self._scaled)
        self._timed = True
        self._transit = transit

    def report(self, ntp: int, now: Ms) -> None:
        """Remember the time of a sender report of this source, for the next block."""
        self._report, self._report_at = middle(ntp), now

    def block(self, now: Ms) -> Block:
        """Return a report block and begin the next interval."""
        expected = self._expected
        expected_interval = expected - self._expected_before
        lost_interval = expected_interval - (self._received - self._received_before)
        self._expected_before, self._received_before = expected, self._received
        fraction = 0
        if expected_interval > 0 and lost_interval > 0:
            fraction = min(255, (lost_interval << 8) // expected_interval)
        lost = max(-_LOST_MOST - 1, min(_LOST_MOST, expected - self._received))
        delay = 0
        if self._report:
            delay = (now - self._report_at << 16) // 1000 & MASK32
        return Block(
            self.ssrc, fraction, lost, self._cycles + self._top & MASK32,
            self._scaled >> 4, self._report, delay,
        )  # fmt: skip

    @property
    def _expected(self) -> int:
        return self._cycles + self._top - self._base + 1

    @property
    def lost(self) -> int:
        """Packets missing over the leg's life."""
        if not self.heard:
            return 0
        return self._lost_before + max(0, self._expected - self._received)

    @property
    def jitter_ms(self) -> int:
        """Interarrival jitter now."""
        return self._scaled >> 7

    @property
    def jitter_most_ms(self) -> int:
        """Largest interarrival jitter of all sources."""
        return self._scaled_most >> 7
