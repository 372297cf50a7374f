"""The sealed file of one channel of a recording: written as the call goes, readable when cut.

::

    header   "RFCHAN01"  rate (uint24)  coding (uint8)  salt (4 bytes)              16 bytes
    frame    head (uint32): bit 31 = end, bits 0..30 = n     n bytes of ciphertext and tag
    frame    ...
    end      a frame with bit 31 set and no audio, written when the recording is complete

All numbers are big endian; the coding is 0 for PCMU, 1 for PCMA, 2 for s16le. A frame holds at most
64 KiB of one channel, sealed with AES-256-GCM under the file's own key; its nonce is the salt and
the frame's number (8 bytes, bit 63 set in the end frame), its associated data the header and its
own head. So no frame can be changed, moved, dropped from the middle or taken from another file
without being noticed; what can happen is that the end is missing, which is what a crash leaves,
and the reader says so.

What `SYNC_POLICY` means: frames are handed to the kernel at once, so a killed process loses only
the frame it was filling (about a second); a finished file is synced before it is reported. A power
failure during a call can take what the kernel had not written back yet (commonly 30 s).
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import MEDIA_FRAME_BYTES

MAGIC: Final = b"RFCHAN01"
SYNC_POLICY: Final = "finish"
"""Files are synced when they are finished, not while they grow."""
KEY_BYTES: Final = 32
_HEADER = struct.Struct(">8sI4s")
_CODINGS: Final = ("PCMU", "PCMA", "s16")
_HEAD = struct.Struct(">I")
_END = 1 << 31
_END_NUMBER = 1 << 63
_TAG = 16
_FRAME_BYTES = int(MEDIA_FRAME_BYTES)
_RATES = frozenset((8_000, 16_000))
FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""Error numbers that mean there is no room for more."""


def _bytes_per_ms(rate: int, coding: int) -> int:
    return rate // 1000 * (2 if coding == _CODINGS.index("s16") else 1)


def _nonce(salt: bytes, number: int) -> bytes:
    return salt + number.to_bytes(8, "big")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished file: ``size`` in bytes, the SHA-256 (hex) of them, length of the audio."""

    size: int
    sha256: str
    duration_ms: int


class ChannelWriter:
    """Writes one channel file, which must not exist yet; raises `OSError` where it cannot.

    After an `OSError` from `append` the file still ends with a whole frame and can be finished.
    """

    __slots__ = (
        "_audio_bytes", "_box", "_fd", "_full", "_hash", "_header", "_number", "_per_ms", "_salt",
        "_size", "path",
    )  # fmt: skip

    def __init__(
        self, path: str, key: bytes, *, rate: int, coding: str = "s16", salt: bytes
    ) -> None:
        self.path = path
        self._box = AESGCM(key)
        self._salt = salt
        number = _CODINGS.index(coding)
        self._header = _HEADER.pack(MAGIC, rate << 8 | number, salt)
        self._per_ms = _bytes_per_ms(rate, number)
        self._number = self._size = self._audio_bytes = 0
        self._full = False
        # Not hashlib's: that would load a second OpenSSL into every media process.
        self._hash = Hash(SHA256())
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._fd = os.open(path, flags, 0o600)
        try:
            self._write(self._header)
        except OSError:
            self.abandon()
            raise

    def append(self, audio: bytes) -> None:
        """Seal samples, already in the file's coding, and hand them to the kernel."""
        if self._full:
            # The number of the frame that found no room must not be used for another text.
            raise OSError(errno.ENOSPC, "the file was full before")
        for piece in _pieces(audio):
            self._frame(piece, self._number, 0)
            self._number += 1
            self._audio_bytes += len(piece)

    def end(self) -> None:
        """Write the end; nothing can be appended after it. Left out where there is no room."""
        try:
            self._frame(b"", self._number | _END_NUMBER, _END)
        except OSError as error:
            if error.errno not in FULL:
                raise

    def sync(self) -> None:
        """Wait until the disk has it."""
        os.fdatasync(self._fd)

    def finish(self) -> Sealed:
        """Close after `end` and `sync`, and say what there is."""
        self.close()
        duration = self._audio_bytes // self._per_ms
        return Sealed(self._size, self._hash.finalize().hex(), duration)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._fd

    def close(self) -> None:
        """Let go of the file as it is."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def abandon(self) -> None:
        """Close and remove the file."""
        self.close()
        Path(self.path).unlink(missing_ok=True)

    def _frame(self, piece: bytes, number: int, flag: int) -> None:
        head = _HEAD.pack(flag | (len(piece) + _TAG))
        sealed = self._box.encrypt(_nonce(self._salt, number), piece, self._header + head)
        self._write(head + sealed)

    def _write(self, data: bytes) -> None:
        self._full = True
        try:
            written = os.write(self._fd, data)
        except OSError:
            os.ftruncate(self._fd, self._size)
            raise
        if written != len(data):
            os.ftruncate(self._fd, self._size)
            raise OSError(errno.ENOSPC, "there was room for a part of a frame only")
        self._full = False
        self._size += written
        self._hash.update(data)


def _pieces(audio: bytes) -> Sequence[bytes]:
    """Cut what is longer than a frame, which a second of audio is not."""
    if len(audio) <= _FRAME_BYTES:
        return (audio,) if audio else ()
    return [audio[at : at + _FRAME_BYTES] for at in range(0, len(audio), _FRAME_BYTES)]


@dataclass(frozen=True, slots=True)
class ChannelAudio:
    """What a channel file holds."""

    rate: int
    pcm: bytes
    """s16le."""
    complete: bool
    """Whether the end is there; without it the writer was interrupted."""


class _Frames:
    """Reads a file frame by frame; afterwards ``complete`` and ``good_bytes`` tell how it ended."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file = file
        self._box = AESGCM(key)
        self._header = file.read(_HEADER.size)
        if len(self._header) < _HEADER.size:
            raise RemoteError("the channel file is shorter than its header")
        magic, form, self._salt = _HEADER.unpack(self._header)
        self.rate, coding = form >> 8, form & 0xFF
        if magic != MAGIC or self.rate not in _RATES or coding >= len(_CODINGS):
            raise RemoteError("not a sealed channel file")
        self.coding = _CODINGS[coding]
        self.per_ms = _bytes_per_ms(self.rate, coding)
        self.complete = False
        self.good_bytes = _HEADER.size
        self.number = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            head = self._file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                return
            (word,) = _HEAD.unpack(head)
            size, end = word & ~_END, word & _END
            if not _TAG <= size <= _FRAME_BYTES + _TAG:
                return
            sealed = self._file.read(size)
            if len(sealed) < size:
                return
            number = self.number | _END_NUMBER if end else self.number
            try:
                piece = self._box.decrypt(_nonce(self._salt, number), sealed, self._header + head)
            except InvalidTag:
                if self.number == 0:
                    # Not one frame opens: that is no crash but the wrong key, or another file.
                    raise RemoteError("the key does not open this channel file") from None
                return
            self.good_bytes += _HEAD.size + size
            if end:
                self.complete = True
                return
            self.number += 1
            yield piece


def read_channel(path: str, key: bytes) -> ChannelAudio:
    """Return all audio up to where the file ends, is cut or was damaged.

    Raises `RemoteError` where it is no channel file or the key is another's, `OSError` where it
    cannot be read.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - paths travel as strings here
        frames = _Frames(file, key)
        audio = b"".join(frames)
        return ChannelAudio(frames.rate, _linear(audio, frames.coding), frames.complete)


def _linear(audio: bytes, coding: str) -> bytes:
    if coding == "s16":
        return audio
    # Only here: a media process writes and never reads, and the tables cost it memory.
    from ringfence.media.g711 import decode_alaw, decode_ulaw
    from ringfence.media.wav import to_little_endian

    return to_little_endian(decode_ulaw(audio) if coding == "PCMU" else decode_alaw(audio))


def mend(path: str, key: bytes) -> Sealed:
    """Make an interrupted file whole: cut what is not a whole frame, add the end, sync.

    A complete file is only measured. Errors as `read_channel`.
    """
    with open(path, "r+b") as file:  # noqa: PTH123
        frames = _Frames(file, key)
        duration = sum(map(len, frames)) // frames.per_ms
        if not frames.complete:
            file.truncate(frames.good_bytes)
            file.seek(0)
            header = file.read(_HEADER.size)
            file.seek(0, os.SEEK_END)
            head = _HEAD.pack(_END | _TAG)
            nonce = _nonce(header[-4:], frames.number | _END_NUMBER)
            file.write(head + AESGCM(key).encrypt(nonce, b"", header + head))
            file.flush()
            os.fdatasync(file.fileno())
        file.seek(0)
        digest = Hash(SHA256())
        while piece := file.read(_FRAME_BYTES):
            digest.update(piece)
        return Sealed(os.fstat(file.fileno()).st_size, digest.finalize().hex(), duration)


def measure(file: Path, key: bytes) -> int:
    """Milliseconds of whole frames in a channel's file; its end is mended on the way."""
    try:
        return mend(str(file), key).duration_ms
    except (OSError, RemoteError):
        return 0
