"""WAV files: a reader that takes them in pieces, and a writer.

::

    "RIFF" size "WAVE"                                        sizes are 32 bits, little endian
      "fmt " size  tag(16) channels(16) rate(32) bytes per second(32) block(16) bits(16) ...
      any other chunk, skipped; each is padded to an even size
      "data" size  interleaved samples

Read: tags 1 (PCM of 8, 16, 24 or 32 bits), 6 (A-law), 7 (µ-law), 0xFFFE (extensible, whose real tag
is in bytes 24 and 25 of ``fmt``). The reader is tolerant where files in the wild are careless: a
RIFF or data size of 0 or beyond the end (a file written as a stream), a wrong block size, no
padding at the end, a cut last sample. It refuses (`RemoteError`) what is not a WAV file, formats
it does not know, absurd rates and channel counts, and more than `WAV_SKIP_MAX` bytes before the
audio. After the data chunk everything is ignored.

Source: Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (1991); RFC 2361.
"""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass
from typing import Final, Literal

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import (
    WAV_CHANNELS_MAX,
    WAV_RATE_MAX,
    WAV_RATE_MIN,
    WAV_SKIP_MAX,
)
from ringfence.media.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw

Coding = Literal["u8", "s16", "s24", "s32", "alaw", "ulaw"]

_TAG_PCM = 1
_TAG_ALAW = 6
_TAG_ULAW = 7
_TAG_EXTENSIBLE = 0xFFFE
_FORMAT = struct.Struct("<HHIIHH")
_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
HEADER_SIZE: Final = _HEADER.size
_STREAMED = 0xFFFF_FFFF
_PCM_CODINGS: Final[dict[int, Coding]] = {8: "u8", 16: "s16", 24: "s24", 32: "s32"}
_WIDTHS: Final[dict[Coding, int]] = {
    "u8": 1, "s16": 2, "s24": 3, "s32": 4, "alaw": 1, "ulaw": 1,
}  # fmt: skip
_SWAP = sys.byteorder == "big"


@dataclass(frozen=True, slots=True)
class Format:
    """What the ``fmt`` chunk says."""

    rate: int
    channels: int
    coding: Coding = "s16"

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * _WIDTHS[self.coding]


class Reader:
    """Takes a file in pieces of any size and returns its samples, channels interleaved."""

    __slots__ = ("_at", "_buffer", "_left", "_skip", "_skipped", "_stage", "format")

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0
        self._stage: Literal["riff", "chunk", "fmt", "skip", "data", "end"] = "riff"
        self._left = 0
        self._skip = 0
        self._skipped = 0
        self.format: Format | None = None
        """Known once the header has been read."""

    @property
    def ended(self) -> bool:
        """Whether the data chunk has been read to its stated end."""
        return self._stage == "end"

    def feed(self, data: bytes) -> array[int]:
        """Take bytes; return 16-bit samples. Raises `RemoteError` for what is not readable."""
        if self._stage == "end":
            return array("h")
        self._buffer = self._buffer[self._at :] + data
        self._at = 0
        while self._stage != "data" and self._advance():
            pass
        if self._stage != "data" or self.format is None:
            return array("h")
        usable = min(len(self._buffer) - self._at, self._left)
        frame = self.format.frame_bytes
        # A last frame cut short by the stated size is left out, like one cut by the file's end.
        whole = usable - usable % frame
        piece = self._buffer[self._at : self._at + whole]
        self._at += whole
        self._left -= whole
        if self._left < frame:
            self._stage, self._buffer = "end", b""
        return _decode(piece, self.format.coding)

    def close(self) -> Format:
        """Say that the file is over; raises `RemoteError` where no audio chunk was reached."""
        if self.format is None or self._stage not in {"data", "end"}:
            raise RemoteError("WAV file ends before its audio", hint=415)
        self._stage = "end"
        return self.format

    def _advance(self) -> bool:
        """Do one step of the header; False where more bytes are needed."""
        buffer, at = self._buffer, self._at
        available = len(buffer) - at
        match self._stage:
            case "riff":
                if available < _RIFF.size:
                    return False
                magic, _, kind = _RIFF.unpack_from(buffer, at)
                if magic != b"RIFF" or kind != b"WAVE":
                    raise RemoteError("not a WAV file", hint=415)
                self._at += _RIFF.size
                self._stage = "chunk"
            case "chunk":
                if available < _CHUNK.size:
                    return False
                self._at += _CHUNK.size
                self._enter(*_CHUNK.unpack_from(buffer, at))
            case "fmt":
                if available < self._left:
                    return False
                self.format = _format(buffer[at : at + self._left])
                self._at += self._left
                self._begin_skip(self._left & 1)
            case "skip":
                step = min(available, self._skip)
                self._at += step
                self._skip -= step
                if self._skip:
                    return False
                self._stage = "chunk"
        return True

    def _enter(self, name: bytes, size: int) -> None:
        if name == b"fmt ":
            if not _FORMAT.size <= size <= 1024:
                raise RemoteError("WAV format chunk has an impossible size", hint=415)
            self._left, self._stage = size, "fmt"
        elif name == b"data":
            if self.format is None:
                raise RemoteError("WAV audio comes before its format", hint=415)
            self._left = size if size not in {0, _STREAMED} else sys.maxsize
            self._stage = "data"
        else:
            self._begin_skip(size + (size & 1))

    def _begin_skip(self, size: int) -> None:
        self._skipped += size + _CHUNK.size
        if self._skipped > WAV_SKIP_MAX:
            raise RemoteError("WAV file has too much before its audio", hint=415)
        self._skip, self._stage = size, "skip"


def _format(chunk: bytes) -> Format:
    tag, channels, rate, _, _, bits = _FORMAT.unpack_from(chunk)
    if tag == _TAG_EXTENSIBLE and len(chunk) >= 26:
        tag = int.from_bytes(chunk[24:26], "little")
    coding: Coding | None = None
    if tag == _TAG_PCM:
        coding = _PCM_CODINGS.get(bits)
    elif tag == _TAG_ALAW:
        coding = "alaw"
    elif tag == _TAG_ULAW:
        coding = "ulaw"
    if coding is None:
        raise RemoteError("WAV coding is none of PCM, A-law, µ-law", hint=415)
    if not 1 <= channels <= WAV_CHANNELS_MAX:
        raise RemoteError("WAV file has an impossible number of channels", hint=415)
    if not WAV_RATE_MIN <= rate <= WAV_RATE_MAX:
        raise RemoteError("WAV file has an impossible sampling rate", hint=415)
    return Format(rate, channels, coding)


def _decode(piece: bytes, coding: Coding) -> array[int]:
    match coding:
        case "s16":
            return from_little_endian(piece)
        case "alaw":
            return decode_alaw(piece)
        case "ulaw":
            return decode_ulaw(piece)
        case "u8":
            return array("h", [byte - 128 << 8 for byte in piece])
        case "s24" | "s32":
            width = _WIDTHS[coding]
            # The two most significant bytes of each sample are the 16-bit sample.
            high = bytearray(len(piece) // width * 2)
            high[::2] = piece[width - 2 :: width]
            high[1::2] = piece[width - 1 :: width]
            return from_little_endian(bytes(high))


def from_little_endian(pcm: bytes) -> array[int]:
    """Return the samples of s16le bytes."""
    samples = array("h", pcm)
    if _SWAP:
        samples.byteswap()
    return samples


def to_little_endian(pcm: array[int]) -> bytes:
    """Return samples as s16le bytes."""
    if _SWAP:
        pcm = pcm[:]
        pcm.byteswap()
    return pcm.tobytes()


def header(form: Format, data_bytes: int | None = None) -> bytes:
    """Return the 44 bytes before the samples; None writes the sizes of a stream without end."""
    size = _STREAMED if data_bytes is None else data_bytes
    riff = _STREAMED if data_bytes is None else min(36 + data_bytes + (data_bytes & 1), _STREAMED)
    tag = {"alaw": _TAG_ALAW, "ulaw": _TAG_ULAW}.get(form.coding, _TAG_PCM)
    block = form.frame_bytes
    return _HEADER.pack(
        b"RIFF", riff, b"WAVE",
        b"fmt ", 16, tag, form.channels, form.rate, form.rate * block, block,
        8 * _WIDTHS[form.coding],
        b"data", size,
    )  # fmt: skip


def encode(pcm: array[int], coding: Coding = "s16") -> bytes:
    """Return interleaved samples as the data chunk holds them; 24 and 32 bits are not written."""
    match coding:
        case "s16":
            return to_little_endian(pcm)
        case "alaw":
            return encode_alaw(pcm)
        case "ulaw":
            return encode_ulaw(pcm)
        case "u8":
            return bytes([(sample >> 8) + 128 for sample in pcm])
        case _:
            raise ValueError("telephone audio has no more than 16 bits")


def write(pcm: array[int], form: Format) -> bytes:
    """Return a whole file."""
    body = encode(pcm, form.coding)
    return header(form, len(body)) + body + bytes(len(body) & 1)


def read(data: bytes) -> tuple[Format, array[int]]:
    """Read a whole file: its format and its interleaved samples."""
    reader = Reader()
    pcm = reader.feed(data)
    return reader.close(), pcm


def interleave(left: array[int], right: array[int]) -> array[int]:
    """Return two channels as one stereo stream; the shorter one is filled up with silence."""
    size = max(len(left), len(right))
    out = array("h", bytes(4 * size))
    out[: 2 * len(left) : 2] = left
    out[1 : 2 * len(right) : 2] = right
    return out


def mono(pcm: array[int], channels: int) -> array[int]:
    """Return the mean of the channels of an interleaved stream, rounded down."""
    if channels == 1:
        return pcm
    sums = list(pcm[::channels])
    for channel in range(1, channels):
        sums = [a + b for a, b in zip(sums, pcm[channel::channels], strict=True)]
    return array("h", [total // channels for total in sums])
