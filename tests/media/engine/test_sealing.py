"""Sealed channel files: written as the call goes, readable when cut anywhere."""

from __future__ import annotations

import errno
import hashlib
import os
from array import array
from pathlib import Path

import pytest

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import MEDIA_FRAME_BYTES
from ringfence.media.engine import sealing
from ringfence.media.engine.sealing import ChannelWriter, Sealed, mend, read_channel
from ringfence.media.g711 import decode_alaw, decode_ulaw
from ringfence.media.wav import to_little_endian

KEY = bytes(range(32))
SALT = b"salt"
PCM = bytes(k * 7 & 0xFF for k in range(4000))


def write(path: Path, *pieces: bytes, coding: str = "s16", rate: int = 8000) -> Sealed:
    writer = ChannelWriter(str(path), KEY, rate=rate, coding=coding, salt=SALT)
    for piece in pieces:
        writer.append(piece)
    writer.end()
    writer.sync()
    return writer.finish()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    sealed = write(path, PCM, PCM[:100])
    audio = read_channel(str(path), KEY)
    assert (audio.rate, audio.pcm, audio.complete) == (8000, PCM + PCM[:100], True)
    data = path.read_bytes()
    assert sealed == Sealed(len(data), hashlib.sha256(data).hexdigest(), 4100 // 16)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("coding", "decode"), [("PCMU", decode_ulaw), ("PCMA", decode_alaw)])
def test_coded_audio_is_read_as_samples(tmp_path: Path, coding: str, decode: object) -> None:
    path = tmp_path / "a"
    sealed = write(path, PCM, coding=coding)
    assert sealed.duration_ms == 500
    assert read_channel(str(path), KEY).pcm == to_little_endian(decode(PCM))  # type: ignore[operator]


def test_nothing_of_the_audio_is_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path, b"\x11\x22\x33\x44" * 500)
    assert b"\x11\x22\x33\x44" not in path.read_bytes()


def test_a_file_cut_anywhere_gives_its_whole_frames(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path, PCM[:64], PCM[64:128])
    data = path.read_bytes()
    frame = 4 + 64 + 16
    for size in range(len(data)):
        path.write_bytes(data[:size])
        if size < 16:
            with pytest.raises(RemoteError, match="shorter"):
                read_channel(str(path), KEY)
            continue
        audio = read_channel(str(path), KEY)
        whole = min((size - 16) // frame, 2)
        assert audio.pcm == PCM[: 64 * whole]
        assert not audio.complete


def test_mending_makes_a_cut_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path, PCM[:64], PCM[64:128])
    data = path.read_bytes()
    for size in range(16, len(data) + 1):
        path.write_bytes(data[:size])
        before = read_channel(str(path), KEY)
        sealed = mend(str(path), KEY)
        audio = read_channel(str(path), KEY)
        assert audio.complete
        assert audio.pcm == before.pcm
        now = path.read_bytes()
        assert sealed == Sealed(len(now), hashlib.sha256(now).hexdigest(), len(audio.pcm) // 16)
        assert mend(str(path), KEY) == sealed
        assert path.read_bytes() == now


def test_a_changed_byte_ends_the_audio_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path, PCM[:64], PCM[64:128])
    data = path.read_bytes()
    for at in range(16 + 84, len(data)):
        path.write_bytes(data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :])
        audio = read_channel(str(path), KEY)
        assert not audio.complete
        assert PCM.startswith(audio.pcm)


def test_frames_cannot_be_dropped_swapped_or_borrowed(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    write(path, PCM[:64], PCM[64:128])
    data = path.read_bytes()
    head, one, two = data[:16], data[16:100], data[100:184]
    for forged in (head + two, head + two + one, head[:12] + b"else" + one):
        other.write_bytes(forged)
        with pytest.raises(RemoteError, match="key"):
            read_channel(str(other), KEY)


def test_another_key_or_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path, PCM)
    with pytest.raises(RemoteError, match="key"):
        read_channel(str(path), bytes(32))
    path.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(RemoteError, match="not a sealed"):
        read_channel(str(path), KEY)
    with pytest.raises(OSError, match="No such file"):
        read_channel(str(tmp_path / "none"), KEY)


def test_large_pieces_become_frames_of_bounded_size(tmp_path: Path) -> None:
    path = tmp_path / "a"
    piece = bytes(2 * MEDIA_FRAME_BYTES + 10)
    write(path, piece)
    assert path.stat().st_size == 16 + len(piece) + 3 * 20 + 20
    assert read_channel(str(path), KEY).pcm == piece


def test_an_existing_file_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        ChannelWriter(str(path), KEY, rate=8000, salt=SALT)
    assert path.read_bytes() == b"precious"


@pytest.mark.parametrize("kept", [0, 10])
def test_a_full_disk_leaves_whole_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    path = tmp_path / "a"
    writer = ChannelWriter(str(path), KEY, rate=8000, salt=SALT)
    writer.append(PCM[:64])
    real = os.write

    def full(fd: int, data: bytes) -> int:
        if not kept:
            raise OSError(errno.ENOSPC, "full")
        return real(fd, data[:kept])

    monkeypatch.setattr(os, "write", full)
    for _ in range(2):
        with pytest.raises(OSError, match=r"full|room") as caught:
            writer.append(PCM[64:128])
        assert caught.value.errno in sealing.FULL
    monkeypatch.setattr(os, "write", real)
    with pytest.raises(OSError, match="full"):
        writer.append(PCM[64:128])
    monkeypatch.setattr(os, "write", full)
    writer.end()  # no room for the end either: it is left out
    writer.sync()
    sealed = writer.finish()
    data = path.read_bytes()
    assert (sealed.size, sealed.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    audio = read_channel(str(path), KEY)
    assert (audio.pcm, audio.complete) == (PCM[:64], False)


def test_an_abandoned_file_is_gone(tmp_path: Path) -> None:
    writer = ChannelWriter(str(tmp_path / "a"), KEY, rate=8000, salt=SALT)
    writer.abandon()
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


def test_the_header_names_rate_and_coding(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path, rate=16_000)
    assert path.read_bytes()[:16] == b"RFCHAN01" + (16_000).to_bytes(3, "big") + b"\x02" + SALT
    audio = read_channel(str(path), KEY)
    assert (audio.rate, array("h", audio.pcm), audio.complete) == (16_000, array("h"), True)
