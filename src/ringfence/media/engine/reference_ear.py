"""What a leg of the reference core hears: from payload in the jitter buffer to samples."""

from __future__ import annotations

from ringfence.media import g722
from ringfence.media.dtmf import Digit, ToneDetector
from ringfence.media.engine.interface import FRAME_TICKS, JITTER_MOST, JITTER_TARGET
from ringfence.media.engine.reference_play import SILENCE
from ringfence.media.g711 import decode_alaw, decode_ulaw
from ringfence.media.jitter import JitterBuffer
from ringfence.media.plc import Concealer, squeeze
from ringfence.media.resample import Downsampler
from ringfence.media.rtp import Packet

_DECODE = {"PCMU": decode_ulaw, "PCMA": decode_alaw}


class Ear:
    """Decodes only while somebody listens; otherwise the ticks are thrown away."""

    __slots__ = (
        "_codec", "_concealed", "_concealer", "_converter", "_decoder", "_detector", "_jitter",
        "_late", "_scale", "heard", "listening",
    )  # fmt: skip

    def __init__(self) -> None:
        self._late = self._concealed = 0
        self._detector: ToneDetector | None = None
        self._jitter = JitterBuffer(target=JITTER_TARGET, most=JITTER_MOST)
        self.change("PCMU")

    def change(self, codec: str) -> None:
        """Begin anew with another codec."""
        self._codec = codec
        self._scale = 2 if codec == "G722" else 1
        self._late += self._jitter.late
        self._jitter = JitterBuffer(target=JITTER_TARGET, most=JITTER_MOST)
        self._decoder = g722.Decoder()
        self._concealer = Concealer(rate=8_000 * self._scale)
        self._converter = Downsampler()
        self.listening = False
        """Whether the last frame was decoded."""
        self.heard = SILENCE[8_000 * self._scale]
        """The last frame, zeros where nobody listened."""

    @property
    def late(self) -> int:
        """Packets that came after their turn."""
        return self._late + self._jitter.late

    @property
    def concealed_ms(self) -> int:
        """How much audio was made up."""
        return self._concealed // 8

    @property
    def detecting(self) -> bool:
        """Whether digits are looked for in the audio."""
        return self._detector is not None

    def detect(self, *, on: bool) -> None:
        """Begin or stop looking for digits; beginning twice changes nothing."""
        if not on:
            self._detector = None
        elif self._detector is None:
            self._detector = ToneDetector()
            self._converter = Downsampler()

    def put(self, packet: Packet) -> None:
        """Take an audio packet."""
        self._jitter.put(packet)

    def skip(self) -> None:
        """Let a frame pass that nobody listens to."""
        self._jitter.pull(FRAME_TICKS)
        if self.listening:
            self.listening = False
            self.heard = SILENCE[8_000 * self._scale]

    def listen(self) -> list[Digit]:
        """Decode a frame into `heard`; return the digits that sounded and ended in it."""
        scale = self._scale
        if not self.listening:
            self.listening = True
            self._decoder = g722.Decoder()
            self._concealer = Concealer(rate=8_000 * scale)
        decode = self._decoder.feed if scale == 2 else _DECODE[self._codec]
        parts = []
        for ticks, payload in self._jitter.pull(FRAME_TICKS):
            if payload is None:
                parts.append(self._concealer.lost(ticks * scale))
                if self._jitter.started:
                    self._concealed += ticks
            else:
                pcm = decode(payload)
                if ticks > FRAME_TICKS:
                    pcm = squeeze(pcm, FRAME_TICKS * scale)
                parts.append(self._concealer.good(pcm))
        heard = parts[0]
        for part in parts[1:]:
            heard = heard + part
        self.heard = heard
        if self._detector is None:
            return []
        return self._detector.feed(heard if scale == 1 else self._converter.feed(heard))
