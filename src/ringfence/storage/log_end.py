"""How far the audit log had grown, kept beside the keys and apart from the database.

Leaves that are cut off the end of the log, with every head that was signed over them, leave no
trace in it. So each time the database's own log is forced to the disk (``storage.sqlite``: at least
once a second while anything is written, and at a stop) the edge of the tree is written here, and
what is found at a start has to go on from it::

    byte 0       size (8) | digest of the edge (32) | HMAC-SHA256 (32)
    byte 4096    the same, one time before: a power cut tears one of them at most

It is not forced itself: a killed process leaves it as it was written, and after a power cut it is
behind the database, never ahead. The key of the HMAC is the installation's (``log-end``), so
whoever holds the database and the files around it can make none. Who keeps an older copy of this
file can put it back; then the newest signed head is what counts (`Store.check_signed`).
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path
from typing import NamedTuple

from ringfence.storage.folder import make_private, sync_folder

_SLOTS = (0, 4096)
_SIZE, _DIGEST, _MAC = 8, 32, 32


class End(NamedTuple):
    """How many leaves there were, and the digest of the edge (``privacy.audit.Edge.digest``)."""

    size: int
    digest: bytes


class LogEnd:
    """The file of one data folder. Used by one thread at a time."""

    __slots__ = ("_descriptor", "_key", "_turn", "file")

    def __init__(self, file: Path, key: bytes) -> None:
        self.file = file
        self._key = key
        self._turn = 0
        self._descriptor = -1

    def __repr__(self) -> str:
        return "LogEnd()"

    def read(self) -> End | None:
        """Return the newest end that was written here, None where there is none of ours."""
        try:
            content = self.file.read_bytes()
        except FileNotFoundError:
            return None
        found = [
            end for at in _SLOTS if (end := self._end(content[at : at + _SIZE + _DIGEST + _MAC]))
        ]
        return max(found, default=None)

    def _end(self, slot: bytes) -> End | None:
        plain, mac = slot[: _SIZE + _DIGEST], slot[_SIZE + _DIGEST :]
        if not hmac.compare_digest(mac, hmac.digest(self._key, plain, "sha256")):
            return None
        return End(int.from_bytes(plain[:_SIZE], "big"), plain[_SIZE:])

    def begin(self, end: End) -> None:
        """Write ``end`` in place of whatever was there, durably, and be ready for `write`.

        At every instant there is the old file or the new one: without either nothing may start.
        """
        self.close()
        new = self.file.with_name(self.file.name + ".new")
        make_private(new)
        self._descriptor = os.open(new, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
        for _ in _SLOTS:
            self.write(end)
        os.fsync(self._descriptor)
        new.replace(self.file)
        sync_folder(self.file.parent)

    def write(self, end: End) -> None:
        """Write how far the log has grown; 10 µs. Raises `OSError` where the disk says no."""
        plain = end.size.to_bytes(_SIZE, "big") + end.digest
        os.pwrite(
            self._descriptor, plain + hmac.digest(self._key, plain, "sha256"), _SLOTS[self._turn]
        )
        self._turn = 1 - self._turn

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
