"""RTCP of the reference core: when a leg reports, what it says, what it learns."""

from __future__ import annotations

from typing import Final

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.media import rtcp
from ringfence.media.reception import Reception
from ringfence.media.rtp import MASK32

FIRST_MS: Final = 1_000
FIRST_SPREAD_MS: Final = 1_000
INTERVAL_MS: Final = 2_500
INTERVAL_SPREAD_MS: Final = 5_000
"""RFC 3550 6.2: five seconds on average, spread from half to one and a half of it."""


class Reporter:
    """The reports of one leg."""

    __slots__ = (
        "_cname", "_random", "_sent_before", "_sent_last", "_ssrc", "due", "reception",
        "remote_jitter_ms", "remote_lost", "rtt_ms",
    )  # fmt: skip

    def __init__(self, *, ssrc: int, cname: bytes) -> None:
        self._ssrc = ssrc
        self._cname = cname
        self._random = ssrc or 1
        self._sent_before = self._sent_last = 0
        self.due = Ms(0)
        """When the next report leaves."""
        self.reception = Reception()
        self.rtt_ms = self.remote_lost = -1
        self.remote_jitter_ms = 0

    def begin(self, now: Ms) -> None:
        """The leg is connected for the first time."""
        self.due = Ms(now + FIRST_MS + self._draw() % FIRST_SPREAD_MS)

    def schedule(self, now: Ms) -> None:
        """A report is being made: set the time of the next."""
        self.due = Ms(now + INTERVAL_MS + self._draw() % INTERVAL_SPREAD_MS)

    def report(self, *, packets: int, octets: int, clock: int, bye: bool, now: Ms) -> bytes:
        """Return a compound packet about ``packets`` and ``octets`` sent so far."""
        reception = self.reception
        blocks = (reception.block(now),) if reception.heard else ()
        # 6.4: an SR where something was sent since the report before the last.
        sender = packets != self._sent_before
        self._sent_before, self._sent_last = self._sent_last, packets
        head: rtcp.AnyPacket
        if sender:
            head = rtcp.SenderReport(
                self._ssrc, rtcp.ntp_time(now), clock, packets & MASK32, octets & MASK32, blocks
            )
        else:
            head = rtcp.ReceiverReport(self._ssrc, blocks)
        chunk = rtcp.Chunk(self._ssrc, ((rtcp.CNAME, self._cname),))
        data = head.to_bytes() + rtcp.Description((chunk,)).to_bytes()
        return data + rtcp.Goodbye((self._ssrc,)).to_bytes() if bye else data

    def receive(self, data: bytes, now: Ms) -> bool:
        """Take a datagram; False where it is malformed."""
        try:
            packets = rtcp.parse(data)
        except RemoteError:
            return False
        for packet in packets:
            match packet:
                case rtcp.SenderReport():
                    if self.reception.heard and packet.ssrc == self.reception.ssrc:
                        self.reception.report(packet.ntp, now)
                    self._read(packet.blocks, now)
                case rtcp.ReceiverReport():
                    self._read(packet.blocks, now)
                case _:
                    pass
        return True

    def _read(self, blocks: tuple[rtcp.Block, ...], now: Ms) -> None:
        for block in blocks:
            if block.ssrc != self._ssrc:
                continue
            self.remote_lost = block.lost
            self.remote_jitter_ms = block.jitter // 8
            milliseconds = rtcp.round_trip(block, now)
            if milliseconds is not None:
                self.rtt_ms = milliseconds

    def _draw(self) -> int:
        x = self._random
        x ^= x << 13 & MASK32
        x ^= x >> 17
        x ^= x << 5 & MASK32
        self._random = x
        return x
