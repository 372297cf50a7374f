"""The keystore on disk: shelves of sealed keys in one file, the epoch key in another.

Neither file is of use without the other, and neither belongs into a backup of the database. The
order that keeps everything readable after a kill at any instant:

1. `take` hands out a key from a shelf in memory; if it had to cut a new shelf, the shelf is not
   on disk yet and the keystore is *unsaved*.
2. Before the writer commits a database transaction it calls `save`: a shelf is on disk before the
   row that names a key on it, so whatever the database acknowledged can be opened.
3. Dying in between leaves a shelf whose keys nobody has used. They are never handed out again: on
   the next start counting goes on at the next shelf.

Destroying goes the other way round: the key first, the rows after. It writes the next epoch key,
then in one transaction the cleared shelf, every ring and a line of the ledger, then destroys the
old epoch key (``privacy.keystore``): no copy of the file made before can be opened any more.

SQLite with secure_delete and a truncated rollback journal: no WAL that would keep old pages. One
process holds the file (exclusive lock); its threads share the connection under one lock, and a
second lock guards what is in memory, so that handing out a key never waits for the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import KEYSTORE_SHELVES_CACHED
from ringfence.privacy.keystore import EpochKey, Shelf, first_serial, place, relock, ring_of
from ringfence.storage.backup_keys import KEYSTORE, destroy_copy
from ringfence.storage.folder import make_private, sync_folder
from ringfence.storage.keystore_epochs import (
    destroy_epoch,
    epoch_file,
    make_epoch,
    read_epochs,
)
from ringfence.storage.keystore_format import lock_of, open_rings, prepare, transaction

_NEXT = "next_serial"
"""Present only after a clean close: where to go on in the last shelf."""
_MOVE = "move_to"
"""Present while shelves get new locks: the epoch in which that began."""


@dataclass(frozen=True, slots=True)
class Destruction:
    """A line of the ledger: what was destroyed for whom, by ids alone.

    ``kept``: the serial of a fresh key for what the law makes us keep a while longer.
    """

    erasure: str
    party: str
    serial: int
    kept: int | None
    at: int


class KeystoreFile:
    """The keystore of one data folder. Open it with `KeystoreFile.open`."""

    def __init__(
        self, db: apsw.Connection, folder: Path, epochs: dict[int, EpochKey], entropy: Entropy
    ) -> None:
        self._db = db
        self._folder = folder
        self._entropy = entropy
        self._epoch, self._rings = open_rings(db, folder, epochs, entropy)
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
        self.destructions = 0
        """Counted up when destroyed keys are gone from memory, too."""

    def __repr__(self) -> str:
        return f"KeystoreFile(epoch {self._epoch.number})"

    @classmethod
    def open(
        cls, file: Path, *, entropy: Entropy, must_exist: bool = False, vfs: str | None = None
    ) -> KeystoreFile:
        """Open the keystore, creating it where there is none and ``must_exist`` is false.

        Raises `Refused`: ``keystore_missing`` (the epoch key or the file is gone),
        ``keystore_damaged``, ``keystore_in_use`` (another process has it).
        """
        epochs = read_epochs(file.parent)
        fresh = not file.exists() or file.stat().st_size == 0
        if fresh and must_exist:
            raise Refused(
                "keystore_missing",
                "keys/keystore.db is missing: put it back, without it nothing can be read",
            )
        if fresh:
            epochs = epochs or {1: make_epoch(file.parent, 1, entropy)}
            make_private(file)
        elif not epochs:
            raise Refused(
                "keystore_missing",
                "keys/epoch-*.key is missing: put it back, without it nothing can be read",
            )
        db = apsw.Connection(str(file), vfs=vfs)
        try:
            prepare(db, epochs, entropy)
            return cls(db, file.parent, epochs, entropy)
        except (apsw.NotADBError, apsw.CorruptError):
            db.close(True)
            raise Refused(
                "keystore_damaged",
                "keys/keystore.db is damaged; put your copy of it back (ringfence restore -h)",
            ) from None
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
                with transaction(self._db):
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
            # REPLACE, because a commit whose very last sync failed was reported as failed and is
            # on disk all the same: saving again must find that harmless
            rings = {}
            with transaction(self._db):
                for number, shelf in shelves.items():
                    ring, slot = ring_of(number)
                    if ring not in self._rings and ring not in rings:
                        rings[ring] = Shelf.cut(ring, entropy=self._entropy)
                        self._put_ring(rings[ring], self._epoch)
                    lock = (rings.get(ring) or self._rings[ring]).key(slot)
                    self._put_shelf(shelf, lock, self._epoch.number)
                self._db.executemany("REPLACE INTO names VALUES (?, ?)", names.items())
                self._db.execute("DELETE FROM marks WHERE name = ?", (_NEXT,))
            with self._memory:
                self._rings |= rings
                for number in shelves:
                    del self._unsaved[number]
                for name in names:
                    del self._new_names[name]
                self._marked = False

    def _put_ring(self, ring: Shelf, epoch: EpochKey) -> None:
        sealed = epoch.seal(ring, entropy=self._entropy)
        self._db.execute("REPLACE INTO rings VALUES (?, ?, ?)", (ring.number, epoch.number, sealed))

    def _put_shelf(self, shelf: Shelf, lock: bytes, epoch: int) -> None:
        sealed = shelf.locked(lock, entropy=self._entropy)
        self._db.execute("REPLACE INTO shelves VALUES (?, ?, ?)", (shelf.number, epoch, sealed))

    # --- reading and destroying -----------------------------------------------------------------

    def key(self, serial: int) -> bytes:
        """Return a key.

        Raises `Refused`: ``erased`` if it was destroyed, ``keystore_damaged`` if its shelf does
        not open; `LocalError` for a serial that was never handed out.
        """
        number, slot = place(serial)
        shelf = self._shelves.get(number)
        return (shelf or self._load(number)).key(slot)

    def destroy(self, serials: Iterable[int], *, line: Destruction | None = None) -> int:
        """Destroy keys for ever and return how many still existed.

        Durable when it returns, ``line`` of the ledger with it, and no copy of the file made
        before can be opened. Takes as long as the rings are many: 70 for a million keys.
        """
        with self._disk:
            self.save()
            by_shelf: dict[int, list[int]] = {}
            for serial in serials:
                number, slot = place(serial)
                by_shelf.setdefault(number, []).append(slot)
            existed = 0
            loaded = [self._load(number) for number in by_shelf]
            rings = {number: ring.copy() for number, ring in self._rings.items()}
            with self._new_epoch(rings) as epoch:
                for shelf in loaded:
                    cleared = shelf.copy()
                    for slot in by_shelf[shelf.number]:
                        existed += not cleared.is_destroyed(slot)
                        cleared.destroy(slot)
                    ring, slot = ring_of(shelf.number)
                    relock(rings[ring].keys, slot, entropy=self._entropy)
                    self._put_shelf(cleared, rings[ring].key(slot), epoch.number)
                if line is not None:
                    self._db.execute(
                        "INSERT OR IGNORE INTO erased VALUES (?, ?, ?, ?, ?)",
                        (line.erasure, line.party, line.serial, line.kept, line.at),
                    )
            for shelf in loaded:
                for slot in by_shelf[shelf.number]:
                    shelf.destroy(slot)
            self.destructions += 1
            return existed

    @contextmanager
    def _new_epoch(self, rings: dict[int, Shelf]) -> Iterator[EpochKey]:
        """Seal ``rings`` under a new epoch key and destroy the old, with whatever else is done."""
        old = self._epoch
        new = make_epoch(self._folder, old.number + 1, self._entropy)
        try:
            with transaction(self._db):
                yield new
                for ring in rings.values():
                    self._put_ring(ring, new)
        except BaseException:
            # a commit reported as failed may be on the disk: what lies there decides
            used = self._db.execute("SELECT max(epoch) FROM rings").get
            if used != new.number:
                destroy_epoch(self._folder, new.number, self._entropy)
                raise
            self._epoch, self._rings = new, rings
            raise
        self._epoch, self._rings = new, rings
        destroy_epoch(self._folder, old.number, self._entropy)

    def check(self) -> None:
        """Open every shelf once. Raises `Refused` (``keystore_damaged``); 0.1 s for a million keys.

        A shelf that is damaged is better known before anything is served than when somebody calls.
        """
        with self._disk:
            for number, sealed in self._db.execute("SELECT number, sealed FROM shelves"):
                Shelf.unlocked(number, sealed, self._lock(number))

    def copy(self, target: Path) -> None:
        """Put a copy of every key into the folder ``target``, in place of one that is there.

        Raises `Refused` (``backup_failed``) where it cannot be written.
        """
        with self._disk:
            self.save()
            try:
                destroy_copy(target)
                self._db.execute("VACUUM INTO ?", (str(target / KEYSTORE),))
                key = epoch_file(self._folder, self._epoch.number)
                for file, content in ((target / KEYSTORE, None), (target / key.name, key)):
                    if content is not None:
                        file.touch(mode=0o600)
                        file.write_bytes(content.read_bytes())
                    file.chmod(0o600)
                sync_folder(target)
            except (OSError, apsw.Error):
                raise Refused("backup_failed", "the keys cannot be copied there") from None

    def ledger(self) -> list[Destruction]:
        """Return everything that was destroyed for somebody's erasure, oldest first."""
        with self._disk:
            rows: list[Any] = self._db.execute(
                "SELECT * FROM erased ORDER BY at, erasure"
            ).fetchall()
        return [Destruction(*row) for row in rows]

    def _load(self, number: int) -> Shelf:
        with self._disk:
            shelf = self._shelves.get(number)
            if shelf is not None:
                return shelf
            sealed = self._db.execute("SELECT sealed FROM shelves WHERE number = ?", (number,)).get
            if sealed is None:
                raise LocalError("no such key was ever handed out")
            shelf = Shelf.unlocked(number, sealed, self._lock(number))
            self._keep(shelf)
            return shelf

    def _lock(self, shelf: int) -> bytes:
        return lock_of(self._rings, shelf)

    def _keep(self, shelf: Shelf) -> None:
        with self._memory:
            self._shelves[shelf.number] = shelf
            if len(self._shelves) > KEYSTORE_SHELVES_CACHED:
                spare = (n for n in self._shelves if n not in self._unsaved and n != shelf.number)
                self._shelves.pop(next(spare, -1), None)

    def once(self, name: str, value: int) -> int:
        """Return the number noted under ``name``; the first who asks notes theirs, durably."""
        with self._disk, transaction(self._db):
            self._db.execute("INSERT OR IGNORE INTO marks VALUES (?, ?)", (name, value))
            found: int = self._db.execute("SELECT value FROM marks WHERE name = ?", (name,)).get
        return found

    def raise_mark(self, name: str, value: int) -> None:
        """Let the number under ``name`` be ``value``, unless it is higher already; durably."""
        if (self.noted(name) or 0) >= value:
            return
        with self._disk, transaction(self._db):
            self._db.execute(
                "INSERT INTO marks VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
                " SET value = max(value, excluded.value)",
                (name, value),
            )

    def noted(self, name: str) -> int | None:
        """Return the number that stands under ``name``."""
        with self._disk:
            found: int | None = self._db.execute(
                "SELECT value FROM marks WHERE name = ?", (name,)
            ).get
        return found

    def forget(self, name: str) -> None:
        """Strike the number under ``name``, durably."""
        with self._disk, transaction(self._db):
            self._db.execute("DELETE FROM marks WHERE name = ?", (name,))

    # --- epochs ---------------------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        """The number of the epoch that rings are sealed under."""
        return self._epoch.number

    @property
    def moving(self) -> bool:
        """Whether an epoch was begun and shelves are still to be given new locks."""
        return self._moving_to() is not None

    def _moving_to(self) -> int | None:
        with self._disk:
            found: int | None = self._db.execute(
                "SELECT value FROM marks WHERE name = ?", (_MOVE,)
            ).get
        return found

    def begin_epoch(self) -> int:
        """Begin a new epoch, destroying the old one's key; returns its number.

        From now on no earlier copy opens; `move` then gives every shelf a new lock as well. An
        epoch that was begun and not finished (a crash) is gone on with.
        """
        with self._disk:
            under_way = self._moving_to()
            if under_way is not None:
                return under_way
            self.save()
            with self._new_epoch(dict(self._rings)) as epoch:
                self._db.execute("REPLACE INTO marks VALUES (?, ?)", (_MOVE, epoch.number))
            return self._epoch.number

    def move(self, shelves: int) -> int:
        """Seal up to ``shelves`` old shelves anew under new locks and return how many are left.

        Small steps, so that calls go on meanwhile.
        """
        with self._disk:
            to = self._moving_to()
            if to is None:
                return 0
            old: list[Any] = self._db.execute(
                "SELECT number, sealed FROM shelves WHERE epoch < ? LIMIT ?", (to, shelves)
            ).fetchall()
            rings: dict[int, Shelf] = {}
            with transaction(self._db):
                for number, sealed in old:
                    shelf = Shelf.unlocked(number, sealed, self._lock(number))
                    at, slot = ring_of(number)
                    ring = rings.setdefault(at, self._rings[at].copy())
                    relock(ring.keys, slot, entropy=self._entropy)
                    self._put_shelf(shelf, ring.key(slot), self._epoch.number)
                for ring in rings.values():
                    self._put_ring(ring, self._epoch)
                left: int = self._db.execute(
                    "SELECT count(*) FROM shelves WHERE epoch < ?", (to,)
                ).get
                if not left:
                    self._db.execute("DELETE FROM marks WHERE name = ?", (_MOVE,))
            self._rings |= rings
            return left


MoveProgress = Callable[[int], None]


def move_all(keystore: KeystoreFile, *, step: int, progress: MoveProgress | None = None) -> None:
    """Begin an epoch and give every shelf a new lock, ``step`` shelves at a time."""
    keystore.begin_epoch()
    while left := keystore.move(step):
        if progress is not None:
            progress(left)
