"""Room that is kept for facts, starts and stops on a full disk: a file that holds nothing.

On a full disk nothing that starts comes up, because it writes before it serves, and what a stop
finds in memory is lost. So ``DATA/ballast`` takes some room while there is plenty. A start that
finds no room gives up half of what is left, so that there is something for the next one; so does a
write, but for the last quarter, and a stop, which gives up all of it where facts wait in memory. It
is made again when there is room (``docs/decisions/0028``).
"""

from __future__ import annotations

import os

from ringfence.kernel.limits import BALLAST_BYTES, BALLAST_LEAST, BALLAST_SHARE
from ringfence.storage.folder import DataFolder

_PRIVATE = 0o600


def is_full(folder: DataFolder) -> bool:
    """Whether there is no room for as much as a start writes."""
    try:
        return _free(folder) < BALLAST_LEAST
    except OSError:
        return False


def keep(folder: DataFolder) -> bool:
    """Make the ballast as large as it is to be, where there is ample room; whether it is there.

    The room is taken, not just a length: a file system that knows no such thing is written to.
    """
    size = _size(folder)
    try:
        if size < BALLAST_BYTES and _free(folder) >= BALLAST_SHARE * BALLAST_BYTES:
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
            descriptor = os.open(folder.ballast, flags, _PRIVATE)
            try:
                os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
            finally:
                os.close(descriptor)
    except OSError:
        give_up(folder)  # there is less room than it seemed, and it is not for us to fill the disk
    return _size(folder) >= BALLAST_BYTES


def make_room(folder: DataFolder, *, keep: int = 0) -> bool:
    """Give up half of the ballast where the disk is full, or all of a small one; whether we did.

    ``keep``: bytes of it that stay in any case. Never raises: where even that is impossible,
    whoever needs the room says so.
    """
    size = _size(folder)
    if not size or not is_full(folder):
        return False
    if size // 2 < keep:
        return False
    if size // 2 < BALLAST_LEAST:
        return give_up(folder)
    try:
        os.truncate(folder.ballast, size // 2)
    except OSError:
        return False
    return True


def give_up(folder: DataFolder) -> bool:
    """Give up all of the ballast; whether there was any."""
    try:
        folder.ballast.unlink()
    except OSError:
        return False
    return True


def _free(folder: DataFolder) -> int:
    found = os.statvfs(folder.root)
    return found.f_bavail * found.f_frsize


def _size(folder: DataFolder) -> int:
    try:
        return folder.ballast.stat().st_size
    except OSError:
        return 0
