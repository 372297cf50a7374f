"""The RTP a leg of the reference core sends: its own frames, events, and relayed packets."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable

from ringfence.media import g722, rtp
from ringfence.media.engine.interface import FRAME_TICKS, Identity
from ringfence.media.engine.protocol import ConnectLeg
from ringfence.media.engine.reference_play import ENCODE

_HEADER = struct.Struct(">BBHII")


class Stream:
    """Sequence numbers, the clock, packetising, and the offsets of a relayed run."""

    __slots__ = (
        "_contiguous", "_encoder", "_event", "_event_timestamp", "_gathered", "_gathered_at",
        "_marker_due", "_relay_ssrc", "_relayed", "_send", "_sequence", "_sequence_offset",
        "_ssrc", "_timestamp_offset", "clock", "octets", "packets",
    )  # fmt: skip

    def __init__(self, identity: Identity, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._ssrc = identity.ssrc
        self._sequence = identity.sequence
        self.clock = identity.timestamp
        """RTP time of the present frame."""
        self.packets = self.octets = 0
        self._contiguous = self._marker_due = False
        self._gathered = b""
        self._gathered_at = 0
        self._encoder = g722.Encoder()
        self._relayed = False
        self._relay_ssrc = self._sequence_offset = self._timestamp_offset = 0
        self._event: tuple[int, int] | None = None
        self._event_timestamp = 0

    def interrupt(self) -> None:
        """What follows is not contiguous with the audio before."""
        self._contiguous = False

    def end_relay(self) -> None:
        """The next relayed packet begins a new run."""
        self._relayed = False

    def advance(self) -> None:
        """A frame is over."""
        self.clock = self.clock + FRAME_TICKS & rtp.MASK32

    def audio(self, settings: ConnectLeg, pcm: array[int], payload: bytes | None) -> None:
        """Send a frame, coded already (``payload``, G.711 only) or not."""
        if not self._contiguous:
            self._contiguous = self._marker_due = True
            self._relayed = False
            self._gathered = b""
            self._encoder = g722.Encoder()
        if not self._gathered:
            self._gathered_at = self.clock
        if settings.codec == "G722":
            payload = self._encoder.feed(pcm)
        elif payload is None:
            payload = ENCODE[settings.codec](pcm)
        gathered = self._gathered + payload if self._gathered else payload
        full = settings.ptime * 8
        while len(gathered) >= full:
            packet, gathered = gathered[:full], gathered[full:]
            self._own(settings.payload_type, self._gathered_at, packet, marker=self._marker_due)
            self._marker_due = False
            self._gathered_at = self._gathered_at + full & rtp.MASK32
        self._gathered = gathered

    def event(self, kind: int, timestamp: int, payload: bytes, *, marker: bool) -> None:
        """Send a telephone-event packet of a digit that is being sent."""
        self._own(kind, timestamp, payload, marker=marker)

    def relay(self, kind: int, packet: rtp.Packet, payload: bytes) -> None:
        """Pass on an audio packet by the fast path."""
        sequence, timestamp, marker = self._renumber(packet)
        self._transmit(kind, sequence, timestamp, payload, marker=marker)
        self._move_on(sequence)
        end = timestamp + len(payload) & rtp.MASK32
        if rtp.newer32(end, self.clock) > 0:
            self.clock = end

    def relay_event(self, kind: int, packet: rtp.Packet, *, fast: bool) -> None:
        """Pass on an event, within the relayed run or (not ``fast``) between frames of ours."""
        if fast:
            sequence, timestamp, marker = self._renumber(packet)
        else:
            self._relayed = False
            sequence, marker = self._sequence, packet.marker
            event = (packet.ssrc, packet.timestamp)
            if self._event != event:
                self._event, self._event_timestamp = event, self.clock
            timestamp = self._event_timestamp
        self._transmit(kind, sequence, timestamp, packet.payload[:4], marker=marker)
        self._move_on(sequence)

    def _renumber(self, packet: rtp.Packet) -> tuple[int, int, bool]:
        self._contiguous = False
        marker = packet.marker
        if not self._relayed or self._relay_ssrc != packet.ssrc:
            self._relayed = marker = True
            self._relay_ssrc = packet.ssrc
            self._sequence_offset = self._sequence - packet.sequence
            self._timestamp_offset = self.clock - packet.timestamp
        sequence = packet.sequence + self._sequence_offset & 0xFFFF
        return sequence, packet.timestamp + self._timestamp_offset & rtp.MASK32, marker

    def _own(self, kind: int, timestamp: int, payload: bytes, *, marker: bool) -> None:
        self._transmit(kind, self._sequence, timestamp, payload, marker=marker)
        self._sequence = self._sequence + 1 & 0xFFFF

    def _transmit(
        self, kind: int, sequence: int, timestamp: int, payload: bytes, *, marker: bool
    ) -> None:
        self.packets += 1
        self.octets += len(payload)
        second = kind | 0x80 if marker else kind
        self._send(_HEADER.pack(0x80, second, sequence, timestamp, self._ssrc) + payload)

    def _move_on(self, sequence: int) -> None:
        following = sequence + 1 & 0xFFFF
        if rtp.newer16(following, self._sequence) > 0:
            self._sequence = following
