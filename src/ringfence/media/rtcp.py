"""RTCP compound packets (RFC 3550 6): SR, RR, SDES, BYE; others are kept unread.

::

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |V=2|P|  count  |  packet type  |  length in words, less one    |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    SR 200: ssrc, NTP time (64 bits), RTP time, packets, octets, count * block
    RR 201: ssrc, count * block
    block:  ssrc, fraction lost (8) and cumulative lost (24, signed), highest sequence (32),
            jitter, last SR, delay since last SR in 1/65536 s
    SDES 202: count * (ssrc, items (type 8, length 8, text), a zero, zeros to the next word)
    BYE 203:  count * ssrc, then maybe length (8) and a reason

`parse` refuses the whole datagram, in the spirit of A.2 (the native engine gives the same verdict):
longer than `RTP_PACKET_MAX`; a packet under 4 bytes, not version 2, or longer than what is left;
a first packet that is neither SR nor RR; padding on any but the last packet, or of 0 bytes, or not
whole words, or more than its body; a report shorter than its blocks; an SDES item or chunk without
its end; a BYE whose sources or reason reach past it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import RTP_PACKET_MAX

SENDER_REPORT: Final = 200
RECEIVER_REPORT: Final = 201
DESCRIPTION: Final = 202
GOODBYE: Final = 203
CNAME: Final = 1

NTP_EPOCH: Final = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970."""

_HEAD = struct.Struct(">BBH")
_SENDER = struct.Struct(">IQIII")
_BLOCK = struct.Struct(">IIIIII")
_WORD = struct.Struct(">I")


class Block(NamedTuple):
    """What a receiver says about one source; ``lost`` is signed, within 24 bits."""

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int

    def to_bytes(self) -> bytes:
        """Return the 24 bytes of the block."""
        lost = self.fraction << 24 | self.lost & 0xFF_FFFF
        return _BLOCK.pack(self.ssrc, lost, self.highest, self.jitter, self.last_report, self.delay)


@dataclass(frozen=True, slots=True)
class SenderReport:
    """``ntp`` is 64 bits wide: seconds since 1900 and a binary fraction."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[Block, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the packet."""
        body = _SENDER.pack(self.ssrc, self.ntp, self.timestamp, self.packets, self.octets)
        body += b"".join(map(Block.to_bytes, self.blocks))
        return _packet(SENDER_REPORT, len(self.blocks), body)


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """A report of somebody who sent nothing lately."""

    ssrc: int
    blocks: tuple[Block, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the packet."""
        body = _WORD.pack(self.ssrc) + b"".join(map(Block.to_bytes, self.blocks))
        return _packet(RECEIVER_REPORT, len(self.blocks), body)


class Chunk(NamedTuple):
    """The items of one source: pairs of type (1 is CNAME) and text of at most 255 bytes."""

    ssrc: int
    items: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Description:
    """SDES."""

    chunks: tuple[Chunk, ...]

    def to_bytes(self) -> bytes:
        """Return the packet."""
        body = b""
        for chunk in self.chunks:
            items = b"".join(bytes((kind, len(text))) + text for kind, text in chunk.items)
            # 6.5: one to four zeros end the list on a word boundary.
            body += _WORD.pack(chunk.ssrc) + items + bytes(4 - len(items) % 4)
        return _packet(DESCRIPTION, len(self.chunks), body)


@dataclass(frozen=True, slots=True)
class Goodbye:
    """BYE."""

    ssrcs: tuple[int, ...]
    reason: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the packet."""
        body = struct.pack(f">{len(self.ssrcs)}I", *self.ssrcs)
        if self.reason:
            text = bytes((len(self.reason),)) + self.reason
            body += text + bytes(-len(text) % 4)
        return _packet(GOODBYE, len(self.ssrcs), body)


@dataclass(frozen=True, slots=True)
class Other:
    """A packet of a type this program does not read: APP, feedback, XR."""

    kind: int
    count: int
    body: bytes

    def to_bytes(self) -> bytes:
        """Return the packet."""
        return _packet(self.kind, self.count, self.body)


AnyPacket = SenderReport | ReceiverReport | Description | Goodbye | Other


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, kind, len(body) // 4) + body


def parse(data: bytes) -> list[AnyPacket]:
    """Read one datagram; raises `RemoteError` for the reasons the module lists."""
    size = len(data)
    if size > RTP_PACKET_MAX:
        raise RemoteError("RTCP packet is longer than any report")
    packets: list[AnyPacket] = []
    at = 0
    while at < size or not packets:
        if size - at < _HEAD.size:
            raise RemoteError("RTCP packet is shorter than its header")
        first, kind, words = _HEAD.unpack_from(data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2:
            raise RemoteError("RTCP version is not 2")
        if end > size:
            raise RemoteError("RTCP packet is longer than its datagram")
        if not packets and kind not in {SENDER_REPORT, RECEIVER_REPORT}:
            raise RemoteError("RTCP does not begin with a report")
        body = data[at + 4 : end]
        if first & 0x20:
            if end != size or not body or body[-1] % 4 or not 0 < body[-1] <= len(body):
                raise RemoteError("RTCP padding is misplaced or wrong")
            body = body[: -body[-1]]
        packets.append(_read(kind, first & 31, body))
        at = end
    return packets


def _read(kind: int, count: int, body: bytes) -> AnyPacket:
    match kind:
        case 200:
            blocks = _blocks(body, _SENDER.size, count)
            ssrc, ntp, timestamp, sent, octets = _SENDER.unpack_from(body)
            return SenderReport(ssrc, ntp, timestamp, sent, octets, blocks)
        case 201:
            blocks = _blocks(body, _WORD.size, count)
            return ReceiverReport(_WORD.unpack_from(body)[0], blocks)
        case 202:
            return _description(body, count)
        case 203:
            return _goodbye(body, count)
        case _:
            return Other(kind, count, body)


def _blocks(body: bytes, start: int, count: int) -> tuple[Block, ...]:
    if len(body) < start + count * _BLOCK.size:
        raise RemoteError("RTCP report is shorter than its blocks")
    blocks = []
    for i in range(count):
        ssrc, lost, highest, jitter, last, delay = _BLOCK.unpack_from(body, start + 24 * i)
        signed = (lost & 0x7F_FFFF) - (lost & 0x80_0000)
        blocks.append(Block(ssrc, lost >> 24, signed, highest, jitter, last, delay))
    return tuple(blocks)


def _description(body: bytes, count: int) -> Description:
    chunks = []
    at, size = 0, len(body)
    for _ in range(count):
        if at + 4 > size:
            raise RemoteError("RTCP description ends inside a chunk")
        ssrc = _WORD.unpack_from(body, at)[0]
        at += 4
        items = []
        while True:
            if at >= size:
                raise RemoteError("RTCP description has a chunk without end")
            if body[at] == 0:
                break
            if at + 2 > size or at + 2 + body[at + 1] > size:
                raise RemoteError("RTCP description item reaches past its packet")
            items.append((body[at], body[at + 2 : at + 2 + body[at + 1]]))
            at += 2 + body[at + 1]
        at = (at + 4) & ~3
        chunks.append(Chunk(ssrc, tuple(items)))
    return Description(tuple(chunks))


def _goodbye(body: bytes, count: int) -> Goodbye:
    if 4 * count > len(body):
        raise RemoteError("RTCP goodbye is shorter than its sources")
    ssrcs = struct.unpack_from(f">{count}I", body)
    reason = body[4 * count :]
    if reason:
        if 1 + reason[0] > len(reason):
            raise RemoteError("RTCP goodbye reason reaches past its packet")
        reason = reason[1 : 1 + reason[0]]
    return Goodbye(ssrcs, reason)


def ntp_time(now: Ms) -> int:
    """Return an instant as a 64-bit NTP time; the seconds wrap in 2036 as NTP's do."""
    seconds, rest = divmod(now, 1000)
    return (seconds + NTP_EPOCH & 0xFFFF_FFFF) << 32 | (rest << 32) // 1000


def middle(ntp: int) -> int:
    """Return the middle 32 bits of an NTP time, as blocks carry it (6.4.1)."""
    return ntp >> 16 & 0xFFFF_FFFF


ROUND_TRIP_MOST: Final = 10_000
"""A longer round trip in ms is a broken clock or a lie."""


def round_trip(block: Block, now: Ms) -> int | None:
    """Return the round trip in ms a block proves (6.4.1), None where it proves none.

    A - LSR - DLSR modulo 2**32, in 1/65536 s; kept from 0 up to, not including, 10 s.
    """
    if block.last_report == 0:
        return None
    units = middle(ntp_time(now)) - block.last_report - block.delay & 0xFFFF_FFFF
    milliseconds = units * 1000 >> 16
    return milliseconds if milliseconds < ROUND_TRIP_MOST else None
