"""Sealing on threads that may wait for the disk."""

from __future__ import annotations

import errno
import os
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.limits import MEDIA_SEAL_BACKLOG, RECORDING_DISK_RESERVE
from ringfence.media.engine import recorder as module
from ringfence.media.engine.interface import Audio
from ringfence.media.engine.protocol import Channel
from ringfence.media.engine.recorder import Broke, Finished, Opened, Outcome, Recorder, fault_of
from ringfence.media.engine.sealing import ChannelWriter, read_channel

KEY = bytes(32)


class Told:
    """What the recorder told, in order; waits for it."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[Outcome] = queue.SimpleQueue()

    def __call__(self, outcome: Outcome) -> None:
        self.queue.put(outcome)

    def next(self) -> Outcome:
        return self.queue.get(timeout=20)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def recorder(told: Told, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    monkeypatch.setattr(module, "_room", lambda _folder: RECORDING_DISK_RESERVE * 2)
    recorder = Recorder(told, SeededEntropy(1))
    yield recorder
    recorder.close()


def channels(folder: Path, count: int = 2) -> list[Channel]:
    return [Channel("LG1", "in", KEY, str(folder / f"{k}")) for k in range(count)]


def test_the_life_of_a_recording(recorder: Recorder, told: Told, tmp_path: Path) -> None:
    recorder.open("RE1", channels(tmp_path), 8000, "s16")
    assert told.next() == Opened("RE1", None)
    assert recorder.append([Audio("RE1", 0, b"ab" * 50), Audio("RE1", 1, b"cd" * 50)])
    assert recorder.append([Audio("RE1", 0, b"ef" * 50)])
    recorder.finish("RE1")
    finished = told.next()
    assert isinstance(finished, Finished)
    assert [read_channel(file.path, KEY).pcm for file in finished.channels] == [
        b"ab" * 50 + b"ef" * 50,
        b"cd" * 50,
    ]
    assert [file.size for file in finished.channels] == [
        Path(file.path).stat().st_size for file in finished.channels
    ]


def test_a_second_channel_that_cannot_be_made_takes_the_first_away(
    recorder: Recorder, told: Told, tmp_path: Path
) -> None:
    (tmp_path / "1").write_bytes(b"precious")
    recorder.open("RE1", channels(tmp_path), 8000, "s16")
    assert told.next() == Opened("RE1", "file")
    assert [path.name for path in tmp_path.iterdir()] == ["1"]


def test_a_key_of_the_wrong_size(recorder: Recorder, told: Told, tmp_path: Path) -> None:
    recorder.open("RE1", [Channel("LG1", "in", b"short", str(tmp_path / "a"))], 8000, "s16")
    assert told.next() == Opened("RE1", "invalid")


def test_no_room_no_recording(
    recorder: Recorder, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_room", lambda _folder: RECORDING_DISK_RESERVE - 1)
    recorder.open("RE1", channels(tmp_path), 8000, "s16")
    assert told.next() == Opened("RE1", "disk_full")
    assert list(tmp_path.iterdir()) == []


def test_room_that_runs_out_ends_recordings(
    recorder: Recorder, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.open("RE1", channels(tmp_path), 8000, "s16")
    told.next()
    monkeypatch.setattr(module, "_room", lambda _folder: 0)
    recorder.append([Audio("RE1", 0, bytes(module._LOOK_EVERY + 1))])
    assert told.next() == Broke("RE1", full=True)
    recorder.append([Audio("RE1", 0, b"xy")])
    recorder.finish("RE1")
    finished = told.next()
    assert isinstance(finished, Finished)
    assert len(read_channel(finished.channels[0].path, KEY).pcm) == module._LOOK_EVERY + 1


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EIO, False)])
def test_a_write_that_fails_breaks_one_recording(
    recorder: Recorder,
    told: Told,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    full: bool,
) -> None:
    (tmp_path / "b").mkdir()
    recorder.open("RE1", channels(tmp_path, 1), 8000, "s16")
    recorder.open("RE2", channels(tmp_path / "b", 1), 8000, "s16")
    told.next(), told.next()
    real = os.write
    first = (tmp_path / "0").stat().st_ino

    def failing(fd: int, data: bytes) -> int:
        if os.fstat(fd).st_ino == first:
            raise OSError(number, "no")
        return real(fd, data)

    monkeypatch.setattr(os, "write", failing)
    recorder.append([Audio("RE1", 0, b"ab"), Audio("RE2", 0, b"cd")])
    assert told.next() == Broke("RE1", full)
    monkeypatch.setattr(os, "write", real)
    recorder.append([Audio("RE1", 0, b"ab"), Audio("RE2", 0, b"ef")])
    recorder.finish("RE1")
    recorder.finish("RE2")
    ends = {end.recording: end for end in (told.next(), told.next()) if isinstance(end, Finished)}
    assert read_channel(ends["RE2"].channels[0].path, KEY).pcm == b"cdef"
    assert read_channel(ends["RE1"].channels[0].path, KEY).pcm == b""


def test_a_disk_that_cannot_sync_is_admitted(
    recorder: Recorder, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_fd: int) -> None:
        raise OSError(errno.EIO, "no")

    recorder.open("RE1", channels(tmp_path, 1), 8000, "s16")
    told.next()
    monkeypatch.setattr(os, "fdatasync", failing)
    recorder.finish("RE1")
    finished = told.next()
    assert isinstance(finished, Finished)
    assert [(file.size, file.sha256) for file in finished.channels] == [(0, "")]


def test_many_endings_share_one_sync(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(module, "_sync_file_system", lambda fd: calls.append(fd) is None)
    monkeypatch.setattr(os, "fdatasync", lambda fd: calls.append(-fd))
    recorder = Recorder(told, SeededEntropy(1))
    recorder.close()
    endings = []
    for k in range(6):
        writer = ChannelWriter(str(tmp_path / f"{k}"), KEY, rate=8000, salt=b"salt")
        endings.append(module._Ending(f"RE{k}", [writer]))
    recorder._sync(endings)
    assert len(calls) == 1
    assert calls[0] > 0
    assert all(read_channel(str(tmp_path / f"{k}"), KEY).complete for k in range(6))


def test_an_abandoned_recording_leaves_no_file(
    recorder: Recorder, told: Told, tmp_path: Path
) -> None:
    recorder.open("RE1", channels(tmp_path), 8000, "s16")
    told.next()
    recorder.abandon("RE1")
    recorder.close()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_too_slow_takes_no_more(told: Told, tmp_path: Path) -> None:
    recorder = Recorder(told, SeededEntropy(1))
    recorder.close()  # nobody seals any more: everything waits
    piece = bytes(MEDIA_SEAL_BACKLOG // 2)
    assert recorder.append([Audio("RE1", 0, piece)])
    assert recorder.append([Audio("RE1", 0, piece)])
    assert not recorder.append([Audio("RE1", 0, b"x")])


def test_what_a_file_error_means() -> None:
    assert fault_of(OSError(errno.ENOSPC, "")) == "disk_full"
    assert fault_of(OSError(errno.EACCES, "")) == "file"
