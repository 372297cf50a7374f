"""The data folder: what lies where, readable by its owner alone.

::

    DATA/ringfence.db            facts and sealed values
    DATA/keys/keystore.db        sealed keys, never copied together with the next
    DATA/keys/epoch-000001.key   the key that opens them
    DATA/keys/log-end            how far the audit log had grown
    DATA/objects/recordings/     sealed sound, one file per channel
    DATA/bindings.sealed         where phones are, over a restart
    DATA/ballast                 nothing: room for facts, starts and stops on a full disk
    DATA/objects/media/          pictures of text messages, sealed
    DATA/spool/                  sound being recorded
    DATA/run/  DATA/logs/        sockets, logs
"""

from __future__ import annotations

import os
from pathlib import Path

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


class DataFolder:
    """Paths below one root."""

    __slots__ = ("keys", "logs", "objects", "root", "run", "spool")

    def __init__(self, root: Path) -> None:
        self.root = root
        self.keys = root / "keys"
        self.objects = root / "objects"
        self.spool = root / "spool"
        self.run = root / "run"
        self.logs = root / "logs"

    def __repr__(self) -> str:
        return f"DataFolder({self.root})"

    @property
    def database(self) -> Path:
        """The main database."""
        return self.root / "ringfence.db"

    @property
    def bindings(self) -> Path:
        """Where the bindings of phones are kept."""
        return self.root / "bindings.sealed"

    @property
    def ballast(self) -> Path:
        """What is given up where a full disk leaves no room to start or to stop."""
        return self.root / "ballast"

    @property
    def keystore(self) -> Path:
        """The file of sealed keys."""
        return self.keys / "keystore.db"

    @property
    def log_end(self) -> Path:
        """How far the audit log had grown (``storage.log_end``)."""
        return self.keys / "log-end"

    @property
    def recordings(self) -> Path:
        """Where finished recordings lie."""
        return self.objects / "recordings"

    @property
    def media(self) -> Path:
        """Where pictures of text messages lie."""
        return self.objects / "media"

    def make(self) -> None:
        """Create what is missing and take access away from others."""
        for folder in (
            self.root, self.keys, self.objects, self.recordings, self.media, self.spool, self.run,
            self.logs,
        ):  # fmt: skip
            folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        for folder in (self.root, self.keys):
            folder.chmod(_PRIVATE_FOLDER)


def make_private(file: Path) -> None:
    """Create ``file`` empty, if it is missing, for its owner alone, before a library opens it."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_FILE))


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
