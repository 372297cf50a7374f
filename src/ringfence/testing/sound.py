"""The sound of a test phone, without sockets: frames of 20 ms into RTP packets, packets into sound.

Deliberately simple and not the server's engine: a packet every 20 ms, G.711 or G.722, RFC 4733
digits, and what arrives is written down in the order of its timestamps. Whatever the codec, what is
said and heard here has 8000 Hz.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Final, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import RemoteError
from ringfence.media import dtmf, g711, g722, rtp
from ringfence.media.resample import Downsampler, Upsampler
from ringfence.sip.sdp import Direction

RATE = 8_000
FRAME = 160
_GAP_FRAMES_MAX = 3_000
_AUDIBLE = 200
"""A sample of this magnitude is no silence."""


class _Codec(NamedTuple):
    """How samples become bytes and bytes samples, 8000 Hz on this side."""

    encode: Callable[[array[int]], bytes]
    decode: Callable[[bytes], array[int]]


def _wideband() -> _Codec:
    """G.722, which has 16000 Hz and a memory: one for each stream."""
    up, down, encoder, decoder = Upsampler(), Downsampler(), g722.Encoder(), g722.Decoder()
    return _Codec(
        lambda pcm: encoder.feed(up.feed(pcm)), lambda payload: down.feed(decoder.feed(payload))
    )


_CODECS: Final[dict[str, Callable[[], _Codec]]] = {
    "PCMU": lambda: _Codec(g711.encode_ulaw, g711.decode_ulaw),
    "PCMA": lambda: _Codec(g711.encode_alaw, g711.decode_alaw),
    "G722": _wideband,
}


class Sound:
    """One RTP stream, both ways.

    ``heard``: samples received so far, at 8000 Hz, silence where packets are missing. ``digits``:
    telephone keys received. ``sent``, ``received``: packets. ``audible``: something else than
    silence arrived. ``missing``: packets that never came, by their sequence numbers.
    """

    def __init__(self, entropy: Entropy) -> None:
        self.heard: array[int] = array("h")
        self.digits = ""
        self.sent = 0
        self.received = 0
        self.audible = False
        self._name = "PCMU"
        self._codec = _CODECS[self._name]()
        self._payload_type = 0
        self._dtmf_type: int | None = None
        self._speaks = True
        self._ssrc = int.from_bytes(entropy.token(4), "big")
        self._sequence = int.from_bytes(entropy.token(2), "big")
        self._timestamp = int.from_bytes(entropy.token(4), "big")
        self._queue: array[int] = array("h")
        self._keys: dtmf.EventSender | None = None
        self._receiver = dtmf.EventReceiver()
        self._first: int | None = None
        self._sequences: set[int] = set()
        self._highest = 0

    def connect(
        self,
        *,
        codec: str,
        payload_type: int,
        dtmf_type: int | None,
        direction: Direction = "sendrecv",
    ) -> None:
        """Speak like this from now on; ``direction``: ours. Raises `KeyError` of another codec."""
        if codec != self._name:
            self._name, self._codec = codec, _CODECS[codec]()
        self._payload_type = payload_type
        self._dtmf_type = dtmf_type
        self._speaks = direction in {"sendrecv", "sendonly"}

    @property
    def silent(self) -> bool:
        """Whether everything to be said has been said."""
        return not self._queue

    @property
    def pressing(self) -> bool:
        """Whether a key is still held down."""
        return self._keys is not None

    @property
    def missing(self) -> int:
        """How many packets are missing between the first that came and the last."""
        if not self._sequences:
            return 0
        return self._highest - min(self._sequences) + 1 - len(self._sequences)

    def say(self, pcm: array[int]) -> None:
        """Say these samples (8000 Hz) after whatever is still being said."""
        self._queue.extend(pcm)

    def press(self, digits: str, *, tone_ms: int, gap_ms: int) -> None:
        """Press keys, as RFC 4733 events."""
        self._keys = dtmf.EventSender(digits, tone_ms=tone_ms, gap_ms=gap_ms)

    def frame(self) -> bytes | None:
        """Return the packet of the next 20 ms; None where nothing is sent in them."""
        packet: bytes | None = None
        if self._keys is not None:
            packet = self._key_frame(self._keys)
        else:
            pcm = self._queue[:FRAME]
            del self._queue[:FRAME]
            pcm.extend([0] * (FRAME - len(pcm)))
            packet = self._packet(self._payload_type, self._codec.encode(pcm), self._timestamp)
        self._timestamp = (self._timestamp + FRAME) & rtp.MASK32
        return packet

    def _key_frame(self, keys: dtmf.EventSender) -> bytes | None:
        outgoing = keys.step(self._timestamp)
        if keys.done:
            self._keys = None
        if outgoing is None or self._dtmf_type is None:
            return None
        payload = outgoing.event.to_bytes()
        return self._packet(self._dtmf_type, payload, outgoing.timestamp, mark=outgoing.marker)

    def _packet(
        self, payload_type: int, payload: bytes, timestamp: int, *, mark: bool = False
    ) -> bytes | None:
        if not self._speaks:
            return None
        packet = rtp.Packet(payload_type, self._sequence, timestamp, self._ssrc, payload, mark)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.sent += 1
        return packet.to_bytes()

    def receive(self, data: bytes, now: Ms) -> None:
        """Take what arrived on the RTP port."""
        try:
            packet = rtp.parse(data)
        except RemoteError:
            return
        self.received += 1
        self._note(packet.sequence)
        if packet.payload_type == self._dtmf_type:
            self._key(packet, now)
        elif packet.payload_type == self._payload_type:
            self._hear(packet)

    def _note(self, sequence: int) -> None:
        """Count sequence numbers on, past 65535."""
        if not self._sequences:
            self._highest = sequence
        extended = self._highest + rtp.newer16(sequence, self._highest & 0xFFFF)
        self._highest = max(self._highest, extended)
        self._sequences.add(extended)

    def _key(self, packet: rtp.Packet, now: Ms) -> None:
        try:
            event = dtmf.parse(packet.payload)
        except RemoteError:
            return
        for digit in self._receiver.receive(
            event, timestamp=packet.timestamp, ssrc=packet.ssrc, now=now
        ):
            self.digits += digit.digit

    def _hear(self, packet: rtp.Packet) -> None:
        pcm = self._codec.decode(packet.payload)
        if self._first is None:
            self._first = packet.timestamp
        at = rtp.newer32(packet.timestamp, self._first)
        missing = at - len(self.heard)
        if missing < -_GAP_FRAMES_MAX * FRAME or missing > _GAP_FRAMES_MAX * FRAME:
            self._first = (packet.timestamp - len(self.heard)) & rtp.MASK32  # another clock
            at, missing = len(self.heard), 0
        if missing < 0:
            # Late, or twice: it goes where it belongs, unless that was before the first.
            if at >= 0:
                self.heard[at : at + len(pcm)] = pcm
            return
        self.heard.extend([0] * missing)
        self.heard.extend(pcm)
        if not self.audible:
            self.audible = any(abs(sample) > _AUDIBLE for sample in pcm[::7])

    def loudness(self, start_ms: int = 0, end_ms: int | None = None) -> int:
        """Mean absolute sample of a stretch of what was heard, 0 for silence."""
        first = start_ms * RATE // 1000
        last = len(self.heard) if end_ms is None else end_ms * RATE // 1000
        piece = self.heard[first:last]
        return sum(map(abs, piece)) // len(piece) if piece else 0
