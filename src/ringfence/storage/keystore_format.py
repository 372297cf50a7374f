"""How the file of keys is laid out in SQLite, opened, and brought over from its first format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.privacy.keystore import MEND, EpochKey, Shelf, ring_of
from ringfence.storage.keystore_epochs import destroy_epoch

_VERSION = 2
LOCKED = _VERSION
"""The format in which shelves have locks of their own."""
VERSIONS = (0, 1, _VERSION)
"""What this program can open: nothing yet, the first format, and its own."""
_SHELVES = (
    (
        "CREATE TABLE shelves"
        " (number INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, sealed BLOB NOT NULL)"
    ),
    "CREATE INDEX shelves_epoch ON shelves (epoch)",
    "CREATE TABLE names (name TEXT PRIMARY KEY, serial INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
)
_RINGS = (
    "CREATE TABLE rings (number INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, sealed BLOB NOT NULL)",
    (
        "CREATE TABLE erased (erasure TEXT PRIMARY KEY, party TEXT NOT NULL,"
        " serial INTEGER NOT NULL, kept INTEGER, at INTEGER NOT NULL) WITHOUT ROWID"
    ),
    f"PRAGMA user_version={_VERSION}",
)


@contextmanager
def transaction(db: apsw.Connection) -> Iterator[None]:
    """All or nothing, also where SQLite has rolled back on its own."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def prepare(db: apsw.Connection, epochs: dict[int, EpochKey], entropy: Entropy) -> None:
    """Set the connection up; create, check or bring up to date the tables."""
    db.set_busy_timeout(0)
    try:
        db.pragma("locking_mode", "EXCLUSIVE")
        db.pragma("journal_mode", "TRUNCATE")
        db.pragma("synchronous", "FULL")
        db.pragma("secure_delete", True)
        db.pragma("temp_store", "MEMORY")
        with transaction(db):
            version = db.pragma("user_version")
            for sql in _SHELVES if version == 0 else ():
                db.execute(sql)
            for sql in _RINGS if version in (0, 1) else ():
                db.execute(sql)
            if version == 1:
                _lock_shelves(db, epochs, entropy)
    except (apsw.BusyError, apsw.LockedError):
        raise Refused(
            "keystore_in_use", "another Ringfence process uses this data folder; stop it first"
        ) from None
    if version not in VERSIONS:
        raise Refused("keystore_newer", "keys/keystore.db was written by a newer Ringfence")


def _lock_shelves(db: apsw.Connection, epochs: dict[int, EpochKey], entropy: Entropy) -> None:
    """Bring a keystore of the first format, whose shelves lie under the epoch, to this one."""
    rings: dict[int, Shelf] = {}
    current = epochs[max(epochs)]
    shelves: list[Any] = db.execute("SELECT number, epoch, sealed FROM shelves").fetchall()
    for number, epoch, sealed in shelves:
        if epoch not in epochs:
            raise _missing()
        shelf = epochs[epoch].open_unlocked(number, sealed)
        at, slot = ring_of(number)
        ring = rings.setdefault(at, Shelf.cut(at, entropy=entropy))
        locked = shelf.locked(ring.key(slot), entropy=entropy)
        db.execute(
            "UPDATE shelves SET epoch = ?, sealed = ? WHERE number = ?",
            (current.number, locked, number),
        )
    for ring in rings.values():
        sealed_ring = current.seal(ring, entropy=entropy)
        db.execute("INSERT INTO rings VALUES (?, ?, ?)", (ring.number, current.number, sealed_ring))


def open_rings(
    db: apsw.Connection, folder: Path, epochs: dict[int, EpochKey], entropy: Entropy
) -> tuple[EpochKey, dict[int, Shelf]]:
    """Return the epoch in force and every ring, and destroy keys no ring is sealed under.

    Such a key is one that a crash left behind: begun and never used, or used and outlived.
    """
    epoch, rings = read_rings(db, epochs)
    for number in set(epochs) - {epoch.number}:
        destroy_epoch(folder, number, entropy)
    return epoch, rings


def read_rings(
    db: apsw.Connection, epochs: dict[int, EpochKey]
) -> tuple[EpochKey, dict[int, Shelf]]:
    """Return the epoch in force and every ring; raises `Refused` (``keystore_damaged``)."""
    rows: list[Any] = db.execute("SELECT number, epoch, sealed FROM rings").fetchall()
    used = {epoch for _, epoch, _ in rows} or {max(epochs)}
    if len(used) != 1 or not used <= set(epochs):
        raise _missing()
    epoch = epochs[used.pop()]
    return epoch, {number: epoch.open(number, sealed) for number, _, sealed in rows}


def lock_of(rings: dict[int, Shelf], shelf: int) -> bytes:
    """Return what a shelf is locked with; raises `Refused` (``keystore_damaged``)."""
    ring, slot = ring_of(shelf)
    if ring not in rings:
        raise Refused("keystore_damaged", f"a ring of locks is missing; {MEND}")
    return rings[ring].key(slot)


def check_keys(db: apsw.Connection, epochs: dict[int, EpochKey]) -> None:
    """Open every shelf once. Raises `Refused` (``keystore_missing``, ``keystore_damaged``)."""
    _, rings = read_rings(db, epochs)
    for number, sealed in db.execute("SELECT number, sealed FROM shelves"):
        Shelf.unlocked(number, sealed, lock_of(rings, number))


def _missing() -> Refused:
    return Refused(
        "keystore_missing",
        "a key file of the keystore's epoch is missing from keys/: put it back",
    )
