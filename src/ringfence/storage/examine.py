"""Looks at a data folder that nobody uses: whether it could be opened, without changing a byte.

`Store.open` says the same of a folder with the first word; this is for whoever asks what is wrong
before they start anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote

import apsw

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import EXAMINE_WAIT
from ringfence.privacy.keystore import EpochKey
from ringfence.storage.folder import DataFolder
from ringfence.storage.keystore_epochs import epoch_file, epochs_in
from ringfence.storage.keystore_format import LOCKED, VERSIONS, check_keys
from ringfence.storage.migrations import KNOWN

Part = Literal["database", "keystore"]
Flaw = Literal["missing", "damaged", "newer", "unreadable"]

_OPCODES = 1_000
"""How many steps of SQLite lie between two looks at the clock."""


class Trouble(NamedTuple):
    """What keeps a folder from being opened."""

    part: Part
    flaw: Flaw


def examine(folder: DataFolder) -> Iterator[Trouble]:
    """Yield what is wrong with the database and the keystore; nothing of an empty folder."""
    database, keystore = _filled(folder.database), _filled(folder.keystore)
    if not (database or keystore):
        return
    if not database:
        yield Trouble("database", "missing")
    elif flaw := _flaw(folder.database, _revision):
        yield Trouble("database", flaw)
    if not (keystore and epochs_in(folder.keys)):
        yield Trouble("keystore", "missing")
    elif flaw := _flaw(folder.keystore, _version, lambda db: _opens(db, folder.keys)):
        yield Trouble("keystore", flaw)


def _filled(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def _flaw(
    file: Path,
    newer: Callable[[apsw.Connection], bool],
    opens: Callable[[apsw.Connection], bool] = lambda _: True,
) -> Flaw | None:
    """Return what is wrong with one file of SQLite; a large one is looked at for some seconds.

    ``opens``: whether what lies sealed in it can be opened, where it is to be tried.
    """
    end = time.monotonic() + EXAMINE_WAIT
    if _filled(file.with_name(f"{file.name}-journal")):
        return None  # the next start rolls back what a kill interrupted; nobody else may
    # What was closed properly is all in one file, and nothing has to be made beside it.
    whole = "" if _filled(file.with_name(f"{file.name}-wal")) else "&immutable=1"
    name = f"file:{quote(str(file.absolute()))}?mode=ro{whole}"
    try:
        db = apsw.Connection(name, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        try:
            if newer(db):
                return "newer"
            db.set_progress_handler(lambda: time.monotonic() > end, _OPCODES)
            sound = db.execute("PRAGMA quick_check(1)").get == "ok" and opens(db)
        finally:
            db.close()
    except (apsw.CorruptError, apsw.NotADBError):
        return "damaged"
    except apsw.InterruptError:
        return None  # as far as it was read
    except apsw.Error:
        return "unreadable"
    return None if sound else "damaged"


def _revision(db: apsw.Connection) -> bool:
    """Whether a newer version wrote the database."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").get is None:
        return False
    return db.execute("SELECT version_num FROM alembic_version").get not in KNOWN


def _version(db: apsw.Connection) -> bool:
    """Whether a newer version wrote the keystore."""
    return db.pragma("user_version") not in VERSIONS


def _opens(db: apsw.Connection, keys: Path) -> bool:
    """Whether every shelf of keys opens with the epoch keys beside it."""
    if db.pragma("user_version") != LOCKED:
        return True  # the next start brings it over, and says
    try:
        epochs = {n: EpochKey(n, epoch_file(keys, n).read_bytes()) for n in epochs_in(keys)}
        check_keys(db, epochs)
    except Refused:
        return False
    return True
