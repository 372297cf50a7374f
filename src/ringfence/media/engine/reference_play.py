"""Clips and plays of the reference core."""

from __future__ import annotations

from array import array
from typing import Final

from ringfence.media.engine.interface import FRAME_TICKS
from ringfence.media.g711 import encode_alaw, encode_ulaw
from ringfence.media.resample import convert
from ringfence.media.wav import from_little_endian

SILENCE: Final = {
    8_000: array("h", bytes(2 * FRAME_TICKS)),
    16_000: array("h", bytes(4 * FRAME_TICKS)),
}
"""A frame of zeros at each rate. Shared: never changed in place."""
ENCODE: Final = {"PCMU": encode_ulaw, "PCMA": encode_alaw}
CODED_SILENCE: Final = {codec: encode(SILENCE[8_000]) for codec, encode in ENCODE.items()}


class Clip:
    """Samples under a name, kept at both rates and in both laws as they come into use."""

    __slots__ = ("_coded", "_pcm", "bytes", "rate")

    def __init__(self, *, rate: int, pcm: bytes) -> None:
        self.rate = rate
        self.bytes = len(pcm)
        self._pcm = {rate: from_little_endian(pcm)}
        self._coded: dict[str, bytes] = {}

    def pcm(self, rate: int) -> array[int]:
        """Return the whole clip at 8000 or 16000 Hz."""
        found = self._pcm.get(rate)
        if found is None:
            found = self._pcm[rate] = convert(self._pcm[self.rate], self.rate, rate)
        return found

    def coded(self, codec: str) -> bytes:
        """Return the whole clip in PCMU or PCMA: coding by table, so frames are slices of it."""
        found = self._coded.get(codec)
        if found is None:
            found = self._coded[codec] = ENCODE[codec](self.pcm(8_000))
        return found


class Piece:
    """A stretch of a clip that fills a part of a frame."""

    __slots__ = ("clip", "end", "start")

    def __init__(self, clip: Clip, start: int, end: int) -> None:
        self.clip = clip
        self.start = start
        self.end = end


class Playing:
    """Clips one after the other, some times over (0: for ever)."""

    __slots__ = ("_at", "_clip", "_clips", "_loop", "_loops", "_played", "_rate", "name")

    def __init__(self, name: str, clips: list[Clip], *, loops: int) -> None:
        self.name = name
        self._clips = clips
        self._loops = loops
        self._loop = self._clip = self._at = 0
        self._played = self._rate = 0

    @property
    def played_ms(self) -> int:
        """How much of it has been said."""
        return self._played * 1_000 // self._rate if self._rate else 0

    def frame(self, rate: int, left: int) -> tuple[list[Piece], int, bool]:
        """Return what fills the next ``left`` samples, how many it leaves, and if it is over."""
        if self._rate not in {0, rate}:
            # A re-INVITE changed the codec; positions count samples at the leg's rate.
            self._at = self._at * rate // self._rate
            self._played = self._played * rate // self._rate
        self._rate = rate
        pieces: list[Piece] = []
        clips, empty = self._clips, 0
        while left:
            if self._clip == len(clips):
                if self._loops:
                    self._loop += 1
                    if self._loop == self._loops:
                        break
                if empty >= len(clips):
                    break  # no clip has a sample
                self._clip = 0
                continue
            clip = clips[self._clip]
            size = len(clip.pcm(rate))
            if self._at >= size:
                empty = 0 if size else empty + 1
                self._clip += 1
                self._at = 0
                continue
            empty = 0
            take = min(left, size - self._at)
            pieces.append(Piece(clip, self._at, self._at + take))
            self._at += take
            self._played += take
            left -= take
        return pieces, left, bool(left) or self._spent(rate)

    def _spent(self, rate: int) -> bool:
        """Whether the frame just filled took the very last sample."""
        clips = self._clips
        if self._at < len(clips[self._clip].pcm(rate)):
            return False
        if any(len(clip.pcm(rate)) for clip in clips[self._clip + 1 :]):
            return False
        return self._loops > 0 and self._loop + 1 >= self._loops


def linear(pieces: list[Piece], rate: int) -> array[int]:
    """Return the frame of these pieces as samples."""
    if not pieces:
        return SILENCE[rate]
    first = pieces[0]
    frame = first.clip.pcm(rate)[first.start : first.end]
    for piece in pieces[1:]:
        frame += piece.clip.pcm(rate)[piece.start : piece.end]
    missing = FRAME_TICKS * rate // 8_000 - len(frame)
    return frame + SILENCE[rate][:missing] if missing else frame


def coded(pieces: list[Piece], codec: str) -> bytes:
    """Return the frame of these pieces in PCMU or PCMA."""
    frame = b"".join([piece.clip.coded(codec)[piece.start : piece.end] for piece in pieces])
    return frame + CODED_SILENCE[codec][len(frame) :]
