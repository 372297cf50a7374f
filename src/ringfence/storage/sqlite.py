"""SQLite through apsw: one writer thread with group commit, readers beside it.

::

    loop, other threads                       writer thread
    -------------------                       -------------
    submit(unit) ──────────── queue ────────► wait for company (patient units only)
                                              BEGIN IMMEDIATE
                                              unit, unit, unit ...
                                              participants prepare (keys to disk, audit tiles)
                                              COMMIT                    (write-ahead log, fsync)
    future done ◄──────────── one wake-up ─── after actions

What survives what: a commit is in the write-ahead log and survives a killed process. So that it
survives a power cut the log has to be forced to the disk, which costs more than the commit: that is
done at once for impatient units (an operator's change, a one-time token), and once a second for
facts of calls. After a power cut the database is the state of some commit of the last second, never
a mixture (the log's checksums see to that).

What a failure does:

- A unit that raises is rolled back; the others of its batch are done again without it.
- A disk that is full or fails: *patient* units (facts of calls) stay in the queue and are tried
  again until it works; the others are refused with ``storage_full`` or ``storage_unavailable``.
- A damaged file: everything is refused with ``storage_damaged`` and nothing is written any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import apsw

from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import (
    READ_WAIT_MS,
    SQLITE_BUSY_MS,
    SQLITE_STATEMENTS,
    SQLITE_WAL_BYTES,
    WRITE_BATCH_MAX,
    WRITE_FORCE_MS,
    WRITE_GATHER_MS,
    WRITE_QUEUE_MAX,
    WRITE_RETRY_FIRST_MS,
    WRITE_RETRY_SLOWEST_MS,
    WRITE_WAIT,
)
from ringfence.kernel.priority import work_in_background
from ringfence.observe.logs import get_logger
from ringfence.storage.folder import make_private
from ringfence.storage.unit_of_work import Participant, Queries, Transaction

_LOG = get_logger(__name__)

T = TypeVar("T")

Durability = Literal["each", "second"]
"""When a commit survives a power cut: at once, or within a second (see the module). Either way an
acknowledged write survives a killed process, and an impatient unit's a power cut too."""

Trouble = Literal["storage_full", "storage_unavailable", "storage_damaged"]

_DAMAGED = (apsw.CorruptError, apsw.NotADBError)
_FULL = (apsw.FullError,)
_SURROUNDINGS = (
    apsw.FullError,
    apsw.IOError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.NoMemError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.PermissionsError,
    apsw.ProtocolError,
    OSError,
)
"""Errors of the disk and the machine: the unit is innocent and may be tried again."""

_SYNC_EVERY = WRITE_FORCE_MS / 1000

_SAYS: dict[Trouble, str] = {
    "storage_full": "the disk is full; make room, nothing else is needed",
    "storage_unavailable": "the database cannot be written at the moment; see ringfence doctor",
    "storage_damaged": "the database is damaged; stop and restore it from a backup",
}


class _Receipt:
    """Stands where a future would, for units nobody waits for."""

    __slots__ = ("_settled",)

    def __init__(self, settled: Callable[[bool], object] | None) -> None:
        self._settled = settled

    def cancelled(self) -> bool:
        return False

    def set_result(self, _result: object) -> None:
        if self._settled is not None:
            self._settled(True)

    def set_exception(self, error: BaseException) -> None:
        if isinstance(error, Refused):
            _LOG.error("unit_refused", code=error.code)
        else:
            _LOG.error("unit_failed", exc_info=error)
        if self._settled is not None:
            self._settled(False)


_NOBODY = _Receipt(None)


class _Unit(Generic[T]):
    __slots__ = ("error", "forced", "future", "loop", "patient", "result", "work")

    def __init__(
        self,
        work: Callable[[Transaction], T],
        future: Future[T] | asyncio.Future[T] | _Receipt,
        loop: asyncio.AbstractEventLoop | None,
        *,
        patient: bool,
        forced: bool = True,
    ) -> None:
        self.work = work
        self.future = future
        self.loop = loop
        self.patient = patient
        self.forced = forced and not patient
        self.result: Any = None
        self.error: BaseException | None = None


_Batch = list[_Unit[Any]]


def connect(
    path: Path, *, durability: Durability, writable: bool, vfs: str | None
) -> apsw.Connection:
    """Return a connection set up as every connection of this program is."""
    flags = apsw.SQLITE_OPEN_READWRITE if writable else apsw.SQLITE_OPEN_READONLY
    db = apsw.Connection(str(path), flags=flags, vfs=vfs, statementcachesize=SQLITE_STATEMENTS)
    db.set_busy_timeout(SQLITE_BUSY_MS)
    db.pragma("temp_store", "MEMORY")  # nothing of ours in files we do not know
    db.pragma("trusted_schema", False)
    # Without this SQLite plans a query anew for every value bound to it: 25 µs of 32 for one row.
    db.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    if writable:
        db.pragma("journal_mode", "WAL")
        db.pragma("synchronous", "FULL" if durability == "each" else "NORMAL")
        db.pragma("secure_delete", True)
        db.pragma("foreign_keys", True)
        db.pragma("journal_size_limit", int(SQLITE_WAL_BYTES))
    return db


class Database:
    """One open database file. ``participants`` commit together with it."""

    def __init__(
        self,
        path: Path,
        *,
        durability: Durability = "second",
        gather_ms: int = WRITE_GATHER_MS,
        vfs: str | None = None,
    ) -> None:
        make_private(path)
        self._path = path
        self._durability: Durability = durability
        self._vfs = vfs
        self._gather = gather_ms / 1000
        self._participants: list[Participant] = []
        self._queue: queue.SimpleQueue[_Unit[Any] | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._given = 0
        self._settled = 0
        self._closed = False
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._asked_about = 0
        self._shown = 0
        """Of those units how many are over; counted by the writer thread alone."""
        self._trouble: Trouble | None = None
        self._writer = connect(path, durability=durability, writable=True, vfs=vfs)
        self._readers: list[apsw.Connection] = []
        self.reading = self.reader()
        """Queries of the thread that opened the database, on a connection of their own."""
        self.commits = 0
        self.unwritten = 0
        """How many patient units were refused after all: at a stop, or by a damaged file."""
        self.room: Callable[[], bool] = _no_room
        """Called in the writer's thread where there may be none; whether it made some."""
        self.forced: Callable[[], object] = _nothing
        """Called in the writer's thread when everything committed survives a power cut."""
        self._log = os.open(f"{path}-wal", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._unsynced = False
        self._synced_at = 0.0
        self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        return f"Database({self._path})"

    @property
    def trouble(self) -> Trouble | None:
        """Why writing does not work at present, or None. Recordings are refused meanwhile."""
        return self._trouble

    @property
    def waiting(self) -> int:
        """How many units are accepted and not yet durable."""
        return self._given - self._settled

    def reader(self) -> Queries:
        """Return queries on a new connection, for one thread, closed with the database."""
        reader = connect(self._path, durability=self._durability, writable=False, vfs=self._vfs)
        self._readers.append(reader)
        return Queries(reader.cursor())

    def join(self, participant: Participant) -> None:
        """Let ``participant`` take part in every commit from now on. Before the first unit only."""
        self._participants.append(participant)

    # --- giving work ----------------------------------------------------------------------------

    def submit(self, work: Callable[[Transaction], T], *, patient: bool = False) -> Future[T]:
        """Give a unit from any thread; the future is done when its commit is durable.

        ``patient``: may wait for company and outlive a full disk. Raises `Refused` where the
        queue is full or the file damaged, `LocalError` after `close`.
        """
        future: Future[T] = Future()
        self._put(_Unit(work, future, None, patient=patient))
        return future

    def give(
        self,
        work: Callable[[Transaction], object],
        settled: Callable[[bool], object] | None = None,
        *,
        asked_about: bool = False,
    ) -> None:
        """Give a patient unit nobody waits for; should it fail on its own, that is logged.

        ``settled`` is called in the writer thread when it is over: durable, or not.
        ``asked_about``: whoever asks for what it writes waits for it (`catch_up`).
        """
        receipt = _NOBODY if settled is None else _Receipt(settled)
        if asked_about:
            self._asked_about += 1
            receipt = _Receipt(self._was_asked_about)
        self._put(_Unit(work, receipt, None, patient=True))

    def post(
        self, work: Callable[[Transaction], T], *, patient: bool = True, forced: bool = True
    ) -> asyncio.Future[T]:
        """Like `submit`, from a running event loop, whose future it returns.

        ``forced`` False: an impatient unit that a power cut of the next second may take back.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Unit(work, future, loop, patient=patient, forced=forced))
        return future

    def _was_asked_about(self, _done: bool) -> None:
        self._shown += 1

    async def written(self) -> None:
        """Wait until everything that was given before can be read; nothing waits for company."""
        future = self.post(lambda _: None)
        self._hurry.set()
        await future

    async def catch_up(self) -> None:
        """Wait for what somebody may ask about and cannot read yet, where there is any.

        Where the disk does not take it at present nobody waits for it.
        """
        if self._asked_about == self._shown or self._trouble is not None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READ_WAIT_MS / 1000):
                await self.written()

    async def write(
        self, work: Callable[[Transaction], T], *, patient: bool = False, wait_s: float = WRITE_WAIT
    ) -> T:
        """Give a unit and wait until it is durable.

        Raises what the unit raises, or `Refused` (``storage_...``) where the disk does not allow
        it or it took longer than ``wait_s``; a unit given up before its turn is never carried out.
        """
        try:
            async with asyncio.timeout(wait_s):
                return await self.post(work, patient=patient)
        except TimeoutError:
            raise Refused("storage_unavailable", _SAYS["storage_unavailable"]) from None

    def _put(self, unit: _Unit[Any]) -> None:
        if self._trouble == "storage_damaged":
            raise Refused("storage_damaged", _SAYS["storage_damaged"])
        if self._given - self._settled >= WRITE_QUEUE_MAX:
            trouble = self._trouble or "storage_unavailable"
            raise Refused(trouble, _SAYS[trouble])
        with self._door:
            if self._closed:
                raise LocalError("the database is closed")
            self._given += 1
            self._queue.put(unit)
        if not unit.patient:
            self._hurry.set()

    def close(self) -> None:
        """Write what is waiting, fold the log file into the database and close.

        With a disk that does not work, what is waiting is tried once more and then refused
        (`unwritten`). Safe to call twice.
        """
        with self._door:
            if self._closed:
                return
            self._closed = True
            self._stopping.set()
            self._hurry.set()
            self._queue.put(None)
        self._thread.join()
        for reader in self._readers:
            reader.close()
        try:
            self._writer.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._writer.close()
        except (apsw.Error, OSError):
            # The log file stays and is read at the next start.
            with contextlib.suppress(apsw.Error, OSError):
                self._writer.close(True)
        os.close(self._log)

    # --- the writer thread ----------------------------------------------------------------------

    def _run(self) -> None:
        work_in_background()
        self._serve()
        if self._unsynced:
            self._force_log()

    def _serve(self) -> None:
        busy = False
        while True:
            batch: _Batch = []
            if not busy:
                try:
                    unit = self._queue.get(timeout=_SYNC_EVERY if self._unsynced else None)
                except queue.Empty:
                    self._force_log()
                    continue
                if unit is None:
                    return
                batch.append(unit)
            if (busy or batch[0].patient) and self._gather and not self._stopping.is_set():
                self._hurry.wait(self._gather)
            self._hurry.clear()
            batch, last = self._drain(batch)
            self._commit(batch)
            if last:
                return
            if self._unsynced and time.monotonic() - self._synced_at > _SYNC_EVERY:
                self._force_log()
            # While facts keep coming the next ones are looked for: to be woken for the first of
            # them, in the middle of a call, costs more than to look once in vain.
            busy = self._gather > 0 and any(unit.patient for unit in batch)

    def _drain(self, batch: _Batch) -> tuple[_Batch, bool]:
        """Add what waits in the queue to ``batch``; whether the end of the queue was among it."""
        while len(batch) < WRITE_BATCH_MAX:
            try:
                unit = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
            if unit is None:
                return batch, True
            batch.append(unit)
        return batch, False

    def _commit(self, batch: _Batch) -> None:
        """Bring a batch to its end: every unit of it is done or refused when this returns."""
        delay = WRITE_RETRY_FIRST_MS / 1000
        while batch := self._still_wanted(batch):
            last_try = self._stopping.is_set()
            try:
                self._attempt(batch)
            except _SURROUNDINGS as error:
                self._trouble = (
                    "storage_full" if isinstance(error, _FULL) else ("storage_unavailable")
                )
                if not last_try and self.room():
                    continue
            except _DAMAGED:
                self._trouble = "storage_damaged"
            except Exception as error:  # noqa: BLE001 - a unit's own failure, whatever it is
                if len(batch) > 1:
                    for unit in batch:
                        self._commit([unit])
                else:
                    batch[0].error = error
                    self._settle(batch)
                return
            else:
                self._trouble = None
                return
            hopeless = self._trouble == "storage_damaged" or last_try
            batch = self._refuse(batch, everybody=hopeless)
            if batch:
                self._stopping.wait(delay)
                delay = min(delay * 2, WRITE_RETRY_SLOWEST_MS / 1000)
        # an empty batch: all cancelled or refused

    def _attempt(self, batch: _Batch) -> None:
        """Run a batch in one transaction and settle it; on any error nothing has happened."""
        tx = Transaction(self._writer)
        for participant in self._participants:
            participant.begin()
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            for unit in batch:
                unit.result = unit.work(tx)
            for participant in self._participants:
                participant.prepare(tx)
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                try:
                    self._writer.execute("ROLLBACK")
                except apsw.Error:
                    pass  # SQLite has rolled back on its own
            for participant in self._participants:
                participant.rolled_back()
            raise
        self.commits += 1
        for participant in self._participants:
            participant.committed()
        self._unsynced = True
        if self._durability == "each" or any(unit.forced for unit in batch):
            self._force_log()
        for action in tx.take_after():
            try:
                action()
            except Exception:  # noqa: BLE001 - somebody else's action, whatever it is
                _LOG.exception("after_commit_failed")  # the commit stands; the rest must go on
        self._settle(batch)

    def _force_log(self) -> None:
        """Make everything committed survive a power cut."""
        try:
            if self._durability != "each":
                os.fdatasync(self._log)
            self.forced()
        except OSError:
            _LOG.exception("log_not_forced")  # committed all the same; tried again in a second
        else:
            self._unsynced = False
        self._synced_at = time.monotonic()

    def _still_wanted(self, batch: _Batch) -> _Batch:
        wanted = [unit for unit in batch if not unit.future.cancelled()]
        self._settled += len(batch) - len(wanted)
        return wanted

    def _refuse(self, batch: _Batch, *, everybody: bool) -> _Batch:
        """Refuse the impatient units (or all), also those still queued; return the patient."""
        batch, last = self._drain(batch)
        if last:
            self._queue.put(None)
        trouble = self._trouble or "storage_unavailable"
        refused = [unit for unit in batch if everybody or not unit.patient]
        for unit in refused:
            unit.error = Refused(trouble, _SAYS[trouble])
        self.unwritten += sum(unit.patient for unit in refused)
        self._settle(refused)
        return [unit for unit in batch if unit.error is None]

    def _settle(self, batch: Sequence[_Unit[Any]]) -> None:
        """Tell those who wait; units of an event loop with one wake-up of it."""
        by_loop: dict[asyncio.AbstractEventLoop, _Batch] = {}
        for unit in batch:
            if unit.loop is not None:
                by_loop.setdefault(unit.loop, []).append(unit)
            else:
                _tell(unit)
        for loop, units in by_loop.items():
            try:
                loop.call_soon_threadsafe(_tell_all, units)
            except RuntimeError:
                pass  # the loop is closed: nobody waits any more
        self._settled += len(batch)


def _no_room() -> bool:
    return False


def _nothing() -> None:
    """Nobody wants to know."""


def _tell(unit: _Unit[Any]) -> None:
    try:
        if unit.error is not None:
            unit.future.set_exception(unit.error)
        else:
            unit.future.set_result(unit.result)
    except (InvalidStateError, asyncio.InvalidStateError):
        pass  # whoever asked has gone away meanwhile


def _tell_all(units: _Batch) -> None:
    for unit in units:
        _tell(unit)
