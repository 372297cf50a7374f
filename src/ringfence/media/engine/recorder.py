"""Seals recorded audio and writes it to disk, on threads that may wait for the disk.

The control thread hands over work and never waits: `open`, `append`, `finish` and `abandon` put it
on a queue; what came of it is told by calling ``tell`` from a thread of this module. A second
thread syncs finished files, so that a slow disk delays the news of an end and nothing else; when
many end together, one sync of the file system serves all of them.
"""

from __future__ import annotations

import ctypes
import os
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringfence.kernel.entropy import Entropy
from ringfence.kernel.limits import MEDIA_SEAL_BACKLOG, RECORDING_DISK_RESERVE
from ringfence.media.engine.interface import Audio
from ringfence.media.engine.protocol import Channel, ChannelFile, Coding, RecordingFault
from ringfence.media.engine.sealing import FULL, KEY_BYTES, ChannelWriter

_LOOK_EVERY: Final = 4_000_000
"""Bytes written between two looks at the room left on the disk."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The files are there, or (``fault``) none of them."""

    recording: str
    fault: RecordingFault | None


@dataclass(frozen=True, slots=True)
class Broke:
    """No more can be written; what was written stays."""

    recording: str
    full: bool
    """Whether for want of room."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The files are whole and synced."""

    recording: str
    channels: list[ChannelFile]


Outcome = Opened | Broke | Finished
Work = Callable[[], None]


def fault_of(error: OSError) -> RecordingFault:
    """Say why a file could not be made."""
    return "disk_full" if error.errno in FULL else "file"


class Recorder:
    """Files of the recordings of one worker."""

    def __init__(self, tell: Callable[[Outcome], None], entropy: Entropy) -> None:
        self._tell = tell
        self._entropy = entropy
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._syncs: queue.SimpleQueue[_Ending | None] = queue.SimpleQueue()
        self._files: dict[str, list[ChannelWriter]] = {}
        self._folders: dict[Path, set[str]] = {}
        """The recordings with files in each folder."""
        self._broken: set[str] = set()
        self._waiting = 0
        self._since_look = 0
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._seal_all, name="seal", daemon=True),
            threading.Thread(target=self._sync_all, name="sync", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    # ------------------------------------------------------------------ the control thread

    def open(self, recording: str, channels: Sequence[Channel], rate: int, coding: Coding) -> None:
        """Make the files -> `Opened`."""
        self._work.put(lambda: self._open(recording, channels, rate, coding))

    def append(self, chunks: Sequence[Audio]) -> bool:
        """Seal and write; False where the disk is so slow that these chunks were not taken."""
        size = sum(len(chunk.pcm) for chunk in chunks)
        with self._lock:
            if self._waiting + size > MEDIA_SEAL_BACKLOG:
                return False
            self._waiting += size
        self._work.put(lambda: self._append(chunks, size))
        return True

    def finish(self, recording: str) -> None:
        """Complete the files -> `Finished`."""
        self._work.put(lambda: self._finish(recording))

    def abandon(self, recording: str) -> None:
        """Remove the files of a recording that never began."""
        self._work.put(lambda: self._abandon(recording))

    def close(self) -> None:
        """Do what is queued, then end the threads."""
        seal, sync = self._threads
        self._work.put(None)
        seal.join()
        self._syncs.put(None)
        sync.join()

    # ------------------------------------------------------------------ the sealing thread

    def _seal_all(self) -> None:
        while (task := self._work.get()) is not None:
            task()

    def _open(self, recording: str, channels: Sequence[Channel], rate: int, coding: Coding) -> None:
        files: list[ChannelWriter] = []
        fault: RecordingFault | None = None
        for channel in channels:
            if len(channel.key) != KEY_BYTES:
                fault = "invalid"
                break
            try:
                if _room(Path(channel.path).parent) < RECORDING_DISK_RESERVE:
                    fault = "disk_full"
                    break
                salt = self._entropy.token(4)
                files.append(
                    ChannelWriter(channel.path, channel.key, rate=rate, coding=coding, salt=salt)
                )
            except OSError as error:
                fault = fault_of(error)
                break
        if fault is None:
            self._files[recording] = files
            for file in files:
                self._folders.setdefault(Path(file.path).parent, set()).add(recording)
        else:
            for file in files:
                file.abandon()
        self._tell(Opened(recording, fault))

    def _append(self, chunks: Sequence[Audio], size: int) -> None:
        for chunk in chunks:
            files = self._files.get(chunk.recording)
            if files is None or chunk.recording in self._broken:
                continue
            try:
                files[chunk.channel].append(chunk.pcm)
            except OSError as error:
                self._break(chunk.recording, full=error.errno in FULL)
        with self._lock:
            self._waiting -= size
        self._since_look += size
        if self._since_look > _LOOK_EVERY:
            self._look()

    def _look(self) -> None:
        """End all recordings before the disk is so full that facts cannot be written either."""
        self._since_look = 0
        for folder, recordings in self._folders.items():
            try:
                room = _room(folder)
            except OSError:
                continue
            if room < RECORDING_DISK_RESERVE:
                for recording in recordings - self._broken:
                    self._break(recording, full=True)

    def _take_out(self, recording: str) -> list[ChannelWriter]:
        files = self._files.pop(recording, [])
        self._broken.discard(recording)
        for folder in {Path(file.path).parent for file in files}:
            self._folders[folder].discard(recording)
            if not self._folders[folder]:
                del self._folders[folder]
        return files

    def _break(self, recording: str, *, full: bool) -> None:
        self._broken.add(recording)
        self._tell(Broke(recording, full))

    def _finish(self, recording: str) -> None:
        self._syncs.put(_Ending(recording, self._take_out(recording)))

    def _abandon(self, recording: str) -> None:
        for file in self._take_out(recording):
            file.abandon()

    # ------------------------------------------------------------------ the syncing thread

    def _sync_all(self) -> None:
        more = True
        while more:
            endings = [self._syncs.get()]
            while not self._syncs.empty():
                endings.append(self._syncs.get())
            more = None not in endings
            self._sync([ending for ending in endings if ending is not None])

    def _sync(self, endings: list[_Ending]) -> None:
        failed = set()
        files = [file for ending in endings for file in ending.files]
        for file in files:
            try:
                file.end()
            except OSError:
                failed.add(file)
        devices = {os.fstat(file.fileno()).st_dev: file for file in files}
        together = len(files) > _SYNC_ONE_BY_ONE
        for file in devices.values() if together else files:
            try:
                if not (together and _sync_file_system(file.fileno())):
                    file.sync()
            except OSError:
                failed.update(files if together else [file])
        for ending in endings:
            self._tell(Finished(ending.recording, [_close(file, failed) for file in ending.files]))


@dataclass(frozen=True, slots=True)
class _Ending:
    recording: str
    files: list[ChannelWriter]


_SYNC_ONE_BY_ONE = 4


def _sync_file_system(fd: int) -> bool:
    """Call syncfs(2), which Python's os module lacks; False where the C library does too."""
    try:
        syncfs = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):
        return False
    if syncfs(fd) != 0:
        raise OSError(ctypes.get_errno(), "syncfs")
    return True


def _close(file: ChannelWriter, failed: set[ChannelWriter]) -> ChannelFile:
    sealed = file.finish()
    if file in failed:
        # The disk fails: what is on it is found out by whoever reads it.
        return ChannelFile(file.path, 0, "")
    return ChannelFile(file.path, sealed.size, sealed.sha256)


def _room(folder: Path) -> int:
    """Return the bytes an unprivileged program may still write."""
    info = os.statvfs(folder)
    return info.f_bavail * info.f_frsize
