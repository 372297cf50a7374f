"""RTP packets (RFC 3550 5.1).

::

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |V=2|P|X|  CC   |M|     PT      |       sequence number         |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                           timestamp                           |
    |                             SSRC                              |
    |                     0..15 CSRC identifiers                    |
    |    extension: 16-bit profile, length in 32-bit words, words   |
    |      payload ...                    | padding, its count last |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

What the engine refuses, in this order (the native engine gives the same verdicts): shorter than
12 bytes; version not 2; longer than `RTP_PACKET_MAX`; the CSRC list, the extension header or the
extension's words reach past the end; padding of zero bytes or more than what is left.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import RTP_PACKET_MAX

HEADER_SIZE: Final = 12
MASK32: Final = 0xFFFF_FFFF

_HEADER = struct.Struct(">BBHII")
_EXTENSION = struct.Struct(">HH")
_PLAIN = 0x80
"""First byte of nearly every packet: version 2, no padding, no extension, no CSRC."""


class Packet(NamedTuple):
    """One RTP packet; numbers are unsigned, 7, 16, 32 and 32 bits wide."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False
    csrcs: tuple[int, ...] = ()
    extension: tuple[int, bytes] | None = None
    """(profile, data); the data is a whole number of 32-bit words."""

    def to_bytes(self) -> bytes:
        """Return the packet as it travels, without padding."""
        first = _PLAIN | len(self.csrcs) | (0x10 if self.extension is not None else 0)
        second = self.payload_type | (0x80 if self.marker else 0)
        head = _HEADER.pack(first, second, self.sequence, self.timestamp, self.ssrc)
        if first == _PLAIN:
            return head + self.payload
        parts = [head, struct.pack(f">{len(self.csrcs)}I", *self.csrcs)]
        if self.extension is not None:
            profile, data = self.extension
            parts += [_EXTENSION.pack(profile, len(data) // 4), data]
        return b"".join([*parts, self.payload])


def parse(data: bytes) -> Packet:
    """Read one datagram; raises `RemoteError` where it breaks RFC 3550 5.1 (see the module)."""
    size = len(data)
    if size < HEADER_SIZE:
        raise RemoteError("RTP packet is shorter than its header")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first >> 6 != 2:
        raise RemoteError("RTP version is not 2")
    if size > RTP_PACKET_MAX:
        raise RemoteError("RTP packet is longer than any audio frame")
    if first == _PLAIN:
        return Packet(second & 0x7F, sequence, timestamp, ssrc, data[12:], second > 0x7F)
    start = HEADER_SIZE + 4 * (first & 15)
    if start > size:
        raise RemoteError("RTP contributing sources reach past the packet")
    csrcs = struct.unpack_from(f">{first & 15}I", data, HEADER_SIZE)
    extension = None
    if first & 0x10:
        if start + 4 > size:
            raise RemoteError("RTP extension header reaches past the packet")
        profile, words = _EXTENSION.unpack_from(data, start)
        begin, start = start + 4, start + 4 + 4 * words
        if start > size:
            raise RemoteError("RTP extension reaches past the packet")
        extension = (profile, data[begin:start])
    end = size
    if first & 0x20:
        # 5.1: the last octet counts the padding octets, itself included.
        padding = data[-1] if start < size else 0
        if padding == 0 or start + padding > size:
            raise RemoteError("RTP padding is longer than the packet")
        end = size - padding
    payload = data[start:end]
    return Packet(
        second & 0x7F, sequence, timestamp, ssrc, payload, second > 0x7F, csrcs, extension
    )


def is_rtcp(data: bytes) -> bool:
    """Whether a datagram on a shared port is RTCP (RFC 5761 4: packet types 192 to 223)."""
    return len(data) >= 2 and 192 <= data[1] <= 223


def newer16(a: int, b: int) -> int:
    """Return how far sequence number ``a`` is ahead of ``b``, -32768..32767, across the wrap."""
    return ((a - b + 0x8000) & 0xFFFF) - 0x8000


def newer32(a: int, b: int) -> int:
    """Return how far timestamp ``a`` is ahead of ``b``, -2**31..2**31-1, across the wrap."""
    return ((a - b + 0x8000_0000) & MASK32) - 0x8000_0000
