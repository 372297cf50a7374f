"""The keystore on disk: shelves of sealed keys in one file, the epoch key in another.

Neither file is of use without the other, and neither belongs into a backup of the database. The
order that keeps everything readable after a kill at any instant:

1. `take` hands out a key from a shelf in memory; if it had to cut a new shelf, the shelf is not
   on disk yet and the keystore is *unsaved*.
2. Before the writer commits a database transaction it calls `save`: a shelf is on disk before the
   row that names a key on it, so whatever the database acknowledged can be opened.
3. Dying in between leaves a shelf whose keys nobody has used. They are never handed out again: on
   the next start counting goes on at the next shelf.

Destroying goes the other way round: the key first, the rows after.

SQLite with secure_delete and a truncated rollback journal: no WAL that would keep old pages. One
process holds the file (exclusive lock); its threads share the connection under one lock, and a
second lock guards what is in memory, so that handing out a key never waits for the disk.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import KEYSTORE_SHELVES_CACHED
from ringfence.privacy.keystore import EpochKey, Shelf, first_serial, place
from ringfence.privacy.sealed import KEY_SIZE
from ringfence.storage.folder import make_private, sync_folder

_VERSION = 1
_SCHEMA = (
    (
        "CREATE TABLE shelves"
        " (number INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, sealed BLOB NOT NULL)"
    ),
    "CREATE INDEX shelves_epoch ON shelves (epoch)",
    "CREATE TABLE names (name TEXT PRIMARY KEY, serial INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version={_VERSION}",
)
_NEXT = "next_serial"
"""Present only after a clean close: where to go on in the last shelf."""
_EPOCH_FILE = re.compile(r"epoch-(\d{6})\.key\Z")


class KeystoreFile:
    """The keystore of one data folder. Open it with `KeystoreFile.open`."""

    def __init__(
        self, db: apsw.Connection, folder: Path, epochs: dict[int, EpochKey], entropy: Entropy
    ) -> None:
        self._db = db
        self._folder = folder
        self._entropy = entropy
        self._epochs = epochs
        self._epoch = max(epochs)
        self._memory = threading.RLock()
        self._disk = threading.RLock()  # taken before the other, never after it
        self._shelves: dict[int, Shelf] = {}
        self._unsaved: dict[int, Shelf] = {}
        self._names: dict[str, int] = dict(db.execute("SELECT name, serial FROM names"))
        self._new_names: dict[str, int] = {}
        last = db.execute("SELECT max(number) FROM shelves").get
        marked = db.execute("SELECT value FROM marks WHERE name = ?", (_NEXT,)).get
        self._next: int = marked if marked is not None else first_serial((last or 0) + 1)
        if last is None:
            self._next = 0
        self._marked = marked is not None
        self._closed = False

    def __repr__(self) -> str:
        return f"KeystoreFile(epoch {self._epoch})"

    @classmethod
    def open(
        cls, file: Path, *, entropy: Entropy, must_exist: bool = False, vfs: str | None = None
    ) -> KeystoreFile:
        """Open the keystore, creating it where there is none and ``must_exist`` is false.

        Raises `Refused`: ``keystore_missing`` (the epoch key or the file is gone),
        ``keystore_damaged``, ``keystore_in_use`` (another process has it).
        """
        epochs = _read_epochs(file.parent)
        fresh = not file.exists() or file.stat().st_size == 0
        if fresh and must_exist:
            raise Refused(
                "keystore_missing",
                "keys/keystore.db is missing: put it back, without it nothing can be read",
            )
        if fresh:
            epochs = epochs or {1: _make_epoch(file.parent, 1, entropy)}
            make_private(file)
        elif not epochs:
            raise Refused(
                "keystore_missing",
                "keys/epoch-*.key is missing: put it back, without it nothing can be read",
            )
        db = apsw.Connection(str(file), vfs=vfs)
        try:
            _prepare(db)
            _check_epochs(db, epochs)
            return cls(db, file.parent, epochs, entropy)
        except (apsw.NotADBError, apsw.CorruptError):
            db.close(True)
            raise Refused("keystore_damaged", "keys/keystore.db is damaged; restore it") from None
        except BaseException:
            db.close(True)
            raise

    def close(self) -> None:
        """Note where counting stopped and close. Safe to call twice."""
        with self._disk:
            if self._closed:
                return
            self._closed = True
            try:
                self.save()
                with _transaction(self._db):
                    self._db.execute("REPLACE INTO marks VALUES (?, ?)", (_NEXT, self._next))
                self._db.close()
            except (apsw.Error, OSError):
                self._db.close(True)  # the next start skips to a new shelf, nothing is lost
            self._shelves.clear()

    # --- handing out ----------------------------------------------------------------------------

    def take(self) -> int:
        """Return the serial of a fresh key. Touches no disk; see `save`."""
        with self._memory:
            serial = self._next
            number, slot = place(serial)
            if slot == 0:
                shelf = Shelf.cut(number, entropy=self._entropy)
                self._unsaved[number] = shelf
                self._keep(shelf)
            self._next = serial + 1
            return serial

    def named(self, name: str) -> int:
        """Return the serial of the installation's own key ``name``, taking one the first time."""
        with self._memory:
            serial = self._names.get(name)
            if serial is None:
                serial = self._names[name] = self._new_names[name] = self.take()
            return serial

    @property
    def unsaved(self) -> bool:
        """Whether keys were handed out that a crash would lose."""
        return bool(self._unsaved or self._new_names or self._marked)

    def save(self) -> None:
        """Put every shelf that was cut on disk, durably. Raises `apsw.Error` if the disk fails."""
        if not self.unsaved:
            return
        with self._disk:
            with self._memory:
                shelves, names = dict(self._unsaved), dict(self._new_names)
            epoch = self._epochs[self._epoch]
            # REPLACE, because a commit whose very last sync failed was reported as failed and is
            # on disk all the same: saving again must find that harmless
            with _transaction(self._db):
                for number, shelf in shelves.items():
                    sealed = epoch.seal(shelf, entropy=self._entropy)
                    self._db.execute(
                        "REPLACE INTO shelves VALUES (?, ?, ?)", (number, epoch.number, sealed)
                    )
                self._db.executemany("REPLACE INTO names VALUES (?, ?)", names.items())
                self._db.execute("DELETE FROM marks WHERE name = ?", (_NEXT,))
            with self._memory:
                for number in shelves:
                    del self._unsaved[number]
                for name in names:
                    del self._new_names[name]
                self._marked = False

    # --- reading and destroying -----------------------------------------------------------------

    def key(self, serial: int) -> bytes:
        """Return a key.

        Raises `Refused`: ``erased`` if it was destroyed, ``keystore_damaged`` if its shelf does
        not open; `LocalError` for a serial that was never handed out.
        """
        number, slot = place(serial)
        shelf = self._shelves.get(number)
        return (shelf or self._load(number)).key(slot)

    def destroy(self, serials: Iterable[int]) -> int:
        """Destroy keys for ever and return how many still existed. Durable when it returns."""
        with self._disk:
            self.save()
            by_shelf: dict[int, list[int]] = {}
            for serial in serials:
                number, slot = place(serial)
                by_shelf.setdefault(number, []).append(slot)
            existed = 0
            epoch = self._epochs[self._epoch]
            changed = [self._load(number) for number in by_shelf]
            with _transaction(self._db):
                for shelf in changed:
                    cleared = Shelf(shelf.number, bytearray(shelf.keys))
                    for slot in by_shelf[shelf.number]:
                        existed += not cleared.is_destroyed(slot)
                        cleared.destroy(slot)
                    self._db.execute(
                        "UPDATE shelves SET epoch = ?, sealed = ? WHERE number = ?",
                        (epoch.number, epoch.seal(cleared, entropy=self._entropy), shelf.number),
                    )
            for shelf in changed:
                for slot in by_shelf[shelf.number]:
                    shelf.destroy(slot)
            return existed

    def _load(self, number: int) -> Shelf:
        with self._disk:
            shelf = self._shelves.get(number)
            if shelf is not None:
                return shelf
            row = self._db.execute(
                "SELECT epoch, sealed FROM shelves WHERE number = ?", (number,)
            ).fetchone()
            if row is None:
                raise LocalError("no such key was ever handed out")
            shelf = self._epochs[row[0]].open(number, row[1])
            self._keep(shelf)
            return shelf

    def _keep(self, shelf: Shelf) -> None:
        with self._memory:
            self._shelves[shelf.number] = shelf
            if len(self._shelves) > KEYSTORE_SHELVES_CACHED:
                spare = (n for n in self._shelves if n not in self._unsaved and n != shelf.number)
                self._shelves.pop(next(spare, -1), None)

    # --- epochs ---------------------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        """The number of the epoch that new shelves are sealed under."""
        return self._epoch

    @property
    def moving(self) -> bool:
        """Whether an epoch was begun and old shelves are still to be moved."""
        return len(self._epochs) > 1

    def begin_epoch(self) -> int:
        """Make a new epoch key and seal under it from now on; returns its number.

        Shelves of the old epoch stay readable until `move` has brought them over. An epoch that
        was begun and not finished (a crash) is gone on with instead of beginning another.
        """
        with self._disk:
            if len(self._epochs) == 1:
                number = self._epoch + 1
                self._epochs[number] = _make_epoch(self._folder, number, self._entropy)
                self._epoch = number
            return self._epoch

    def move(self, shelves: int) -> int:
        """Seal up to ``shelves`` old shelves anew and return how many are left.

        Small steps, so that calls go on meanwhile. With none left, old epoch keys are destroyed:
        no copy of the file made before can be opened any more.
        """
        with self._disk:
            to = self._epochs[self._epoch]
            old: list[Any] = self._db.execute(
                "SELECT number, epoch, sealed FROM shelves WHERE epoch < ? LIMIT ?",
                (to.number, shelves),
            ).fetchall()
            rows = [
                (
                    to.number,
                    self._epochs[epoch].move(number, sealed, to, entropy=self._entropy),
                    number,
                )
                for number, epoch, sealed in old
            ]
            with _transaction(self._db):
                self._db.executemany(
                    "UPDATE shelves SET epoch = ?, sealed = ? WHERE number = ?", rows
                )
            left: int = self._db.execute(
                "SELECT count(*) FROM shelves WHERE epoch < ?", (to.number,)
            ).get
            if not left:
                for number in [n for n in self._epochs if n != self._epoch]:
                    _destroy_file(_epoch_file(self._folder, number), self._entropy)
                    del self._epochs[number]
            return left


@contextmanager
def _transaction(db: apsw.Connection) -> Iterator[None]:
    """All or nothing, also where SQLite has rolled back on its own."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _prepare(db: apsw.Connection) -> None:
    """Set the connection up; create or check the tables."""
    db.set_busy_timeout(0)
    try:
        db.pragma("locking_mode", "EXCLUSIVE")
        db.pragma("journal_mode", "TRUNCATE")
        db.pragma("synchronous", "FULL")
        db.pragma("secure_delete", True)
        db.pragma("temp_store", "MEMORY")
        db.execute("BEGIN IMMEDIATE")
        version = db.pragma("user_version")
        if version == 0:
            for sql in _SCHEMA:
                db.execute(sql)
        db.execute("COMMIT")
    except (apsw.BusyError, apsw.LockedError):
        raise Refused(
            "keystore_in_use", "another Ringfence process uses this data folder; stop it first"
        ) from None
    if version not in (0, _VERSION):
        raise Refused("keystore_newer", "keys/keystore.db was written by a newer Ringfence")


def _check_epochs(db: apsw.Connection, epochs: dict[int, EpochKey]) -> None:
    used = {epoch for (epoch,) in db.execute("SELECT DISTINCT epoch FROM shelves")}
    if not used <= set(epochs):
        raise Refused(
            "keystore_missing",
            "a key file of the keystore's epoch is missing from keys/: put it back",
        )


def _epoch_file(folder: Path, number: int) -> Path:
    return folder / f"epoch-{number:06d}.key"


def _read_epochs(folder: Path) -> dict[int, EpochKey]:
    found: dict[int, EpochKey] = {}
    for file in folder.iterdir():
        if file.suffix == ".new":
            file.unlink()  # a key that was being written when the process died: never used
        match = _EPOCH_FILE.match(file.name)
        if match:
            found[int(match[1])] = EpochKey(int(match[1]), file.read_bytes())
    return found


def _make_epoch(folder: Path, number: int, entropy: Entropy) -> EpochKey:
    """Write a new epoch key, whole or not at all, and return it."""
    key = entropy.token(KEY_SIZE)
    final = _epoch_file(folder, number)
    draft = final.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, key)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.replace(final)
    sync_folder(folder)
    return EpochKey(number, key)


def _destroy_file(file: Path, entropy: Entropy) -> None:
    """Overwrite a key file in place, then remove it."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, entropy.token(KEY_SIZE))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    file.unlink()
    sync_folder(file.parent)


MoveProgress = Callable[[int], None]


def move_all(keystore: KeystoreFile, *, step: int, progress: MoveProgress | None = None) -> None:
    """Begin an epoch and bring every shelf over, ``step`` shelves at a time."""
    keystore.begin_epoch()
    while left := keystore.move(step):
        if progress is not None:
            progress(left)
