"""Everything at rest, opened in the right order: migrated, keys first, then facts.

`Store` belongs to the installation, `AccountStore` to one account of it::

    store = Store.open(DataFolder(path), clock=clock, entropy=entropy)
    account = store.accounts.all(store.db.reading)[0]
    rooms = store.of(account)
    party = rooms.parties.resolve(Phone("+12025550123"), now)
    store.calls.record(facts, now)
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import apsw

from ringfence.kernel.clock import SECOND, Clock, Ms, SystemClock
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError, Refused, RemoteError
from ringfence.kernel.ids import AccountId, PartyId
from ringfence.kernel.limits import BALLAST_KEPT, CLOCK_AHEAD_MS, CLOCK_BACK_MS, WRITE_GATHER_MS
from ringfence.observe.logs import get_logger
from ringfence.privacy.checkpoint import Signer, verify
from ringfence.privacy.vault import Vault
from ringfence.storage import ballast
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.accounts import Account, Accounts
from ringfence.storage.addresses import Addresses
from ringfence.storage.apps import Apps
from ringfence.storage.audit import (
    AuditTrail,
    check_log,
    check_newest,
    goes_on_from,
    has_head,
    last_instant,
)
from ringfence.storage.audit_check import check_recent
from ringfence.storage.call_legs import CallLegs
from ringfence.storage.call_records import CallRecords
from ringfence.storage.calls import CallStore
from ringfence.storage.cases import Cases, CaseTools
from ringfence.storage.cases_archives import CaseArchives
from ringfence.storage.cases_disclosures import Disclosures
from ringfence.storage.cases_people import CasePeople
from ringfence.storage.conferences import Conferences
from ringfence.storage.consents import Consents
from ringfence.storage.deliveries import Deliveries
from ringfence.storage.erasure import Eraser
from ringfence.storage.event_numbers import EventNumbers
from ringfence.storage.fetched import Fetched
from ringfence.storage.flows import Flows
from ringfence.storage.folder import DataFolder
from ringfence.storage.holds import Holds, restricted_serials
from ringfence.storage.keyring import KeyRing
from ringfence.storage.keystore_file import KeystoreFile
from ringfence.storage.ledger import Ledger
from ringfence.storage.log_end import End, LogEnd
from ringfence.storage.media_files import MediaFiles
from ringfence.storage.messages import Messages
from ringfence.storage.migrations import bring_up_to_date, revision
from ringfence.storage.notifications import Notifications
from ringfence.storage.numbers import Numbers
from ringfence.storage.openings import Openings
from ringfence.storage.outbox import Outbox
from ringfence.storage.parties import Parties
from ringfence.storage.payments import Payments
from ringfence.storage.phones import Phones
from ringfence.storage.pieces import Pieces
from ringfence.storage.policies import Policies
from ringfence.storage.queues import Queues
from ringfence.storage.recordings import Measure, Recordings
from ringfence.storage.recovery import Recovered, recover
from ringfence.storage.repeats import Repeats
from ringfence.storage.resources import Resources
from ringfence.storage.sealed_file import SealedFile
from ringfence.storage.sqlite import Database, Durability
from ringfence.storage.staff import Keys, Tickets
from ringfence.storage.talks import Talks
from ringfence.storage.text_senders import TextSenders
from ringfence.storage.texts import Texts
from ringfence.storage.timeline import Timeline
from ringfence.storage.transcriptions import Transcriptions
from ringfence.storage.trunks import Trunks
from ringfence.storage.unit_of_work import Queries, Transaction

T = TypeVar("T")
_LOG = get_logger(__name__)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NO_ROOM = "the disk of the data folder is full: make room and start again"
_LEAPT = "leapt_from"
_FAULTS = "audit_faults"
_SIGNED = "log_signed"
"""Mark of the keystore: how many leaves the longest log had that was signed."""
_ENDED = "log_end"
"""Mark of the keystore: there is a file that says how far the log had grown."""


class AccountStore:
    """What one account has at rest."""

    def __init__(self, store: Store, account: Account) -> None:
        seal = AccountSeal(account, store.vault, store.openings)
        self.account = account
        self.seal = seal
        self.parties = store.parties.of(account)
        self.flows = Flows(seal)
        self.fetched = Fetched(account, vault=store.vault, keys=store.keys, openings=store.openings)
        self.notifications = Notifications(
            account,
            vault=store.vault,
            keys=store.keys,
            openings=store.openings,
            entropy=store.entropy,
        )
        self.deliveries = Deliveries(
            account,
            vault=store.vault,
            keys=store.keys,
            openings=store.openings,
            entropy=store.entropy,
        )
        self.numbers = Numbers(seal)
        self.trunks = Trunks(seal)
        self.phones = Phones(seal)
        self.policies = Policies(seal)
        self.messages = Messages(seal)
        self.texts = Texts(
            seal,
            vault=store.vault,
            keys=store.keys,
            openings=store.openings,
            trail=store.trail,
            numbers=store.event_numbers,
            entropy=store.entropy,
        )
        self.addresses = Addresses(
            seal,
            vault=store.vault,
            keys=store.keys,
            openings=store.openings,
            entropy=store.entropy,
        )
        self.payments = Payments(
            seal,
            vault=store.vault,
            keys=store.keys,
            openings=store.openings,
            entropy=store.entropy,
        )
        self.transcriptions = Transcriptions(
            seal, vault=store.vault, keys=store.keys, openings=store.openings
        )
        self.pictures = MediaFiles(store.folder, vault=store.vault, openings=store.openings)
        self.texts.gone = self.pictures.drop
        self.text_senders = TextSenders(seal)
        self.api_keys = Keys(seal)
        self.tickets = Tickets(seal)
        self.apps = Apps(seal)
        self.resources = Resources(seal, entropy=store.entropy)
        self.repeats = Repeats(seal)
        self.consents = Consents(seal, store.db, store.trail)
        self.conferences = Conferences(seal, store.db)
        self.queues = Queues(seal, store.db)
        self.holds = Holds(
            account.id, store.trail, entropy=store.entropy, on_restricted=store.restrict
        )
        tools = CaseTools(store.vault, store.keys, store.openings, store.trail, store.entropy)
        self.cases = Cases(account, tools)
        self.disclosures = Disclosures(account, tools)
        self.case_people = CasePeople(seal, entropy=store.entropy)
        self.archives = CaseArchives(
            store.db,
            store.folder,
            account,
            vault=store.vault,
            keys=store.keys,
            openings=store.openings,
        )
        self.bindings = SealedFile(
            store.folder.bindings, seal, context="bindings", why="connect_call"
        )
        self.pieces = Pieces(seal, vault=store.vault, keys=store.keys, openings=store.openings)
        self.talks = Talks(seal, vault=store.vault, keys=store.keys, openings=store.openings)
        self.recordings = Recordings(
            store.db,
            store.folder,
            account,
            vault=store.vault,
            keys=store.keys,
            openings=store.openings,
        )


class Store:
    """The open data folder. Make one with `open`; close it, whatever happens."""

    def __init__(
        self,
        folder: DataFolder,
        keystore: KeystoreFile,
        db: Database,
        *,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self.folder = folder
        self.clock_behind_ms = 0
        """How far the clock stood before the newest record when this was opened."""
        self.leapt_from: Ms | None = None
        """The newest record before the clock leapt ahead; None where its time is believed. Until
        then nothing goes because its time is over: it may be young."""
        self._apart = threading.Lock()
        self._apart_reader: Queries | None = None
        self.entropy = entropy
        self.keystore = keystore
        self.db = db
        self.vault = Vault(keystore, entropy=entropy)
        self.trail = AuditTrail(db.reading, salt=self.salt, entropy=entropy)
        check_log(db.reading, self.trail.size, self.signer)
        check_newest(db.reading, self.trail.size)
        self.end = LogEnd(folder.log_end, keystore.key(keystore.named("log-end")))
        self._was: End | None = None
        self.removals_from = keystore.once("removals_from", self.trail.size)
        """The leaf from which on every removal is noted: 0 but where an earlier version wrote."""
        self.openings = Openings(db, self.vault, self.trail, clock)
        self.openings.restricted |= restricted_serials(db.reading)
        self.accounts = Accounts(self.vault, self.openings)
        self.parties = Parties(db, self.vault, self.openings, entropy=entropy)
        self.keys = KeyRing(self.vault, self.accounts, self.parties)
        self.outbox = Outbox(db, self.keys, self.vault, self.openings, entropy=entropy)
        self.event_numbers = EventNumbers(db.reading)
        self.calls = CallStore(
            db,
            vault=self.vault,
            keys=self.keys,
            trail=self.trail,
            outbox=self.outbox,
            numbers=self.event_numbers,
        )
        self.ledger = Ledger(db.reading, self.parties)
        self.heed_tariffs()
        self.call_records = CallRecords(db)
        self.call_legs = CallLegs(db)
        self.timeline = Timeline(db)
        self.eraser = Eraser(
            db,
            folder,
            vault=self.vault,
            keystore=keystore,
            openings=self.openings,
            trail=self.trail,
            outbox=self.outbox,
            signer=self.signer,
            forget=self.parties.forget,
            restrict=self.restrict,
            clock=clock,
            entropy=entropy,
            waits=lambda: self.leapt_from is not None,
        )
        db.join(_KeysFirst(keystore))
        db.join(self.event_numbers)
        db.join(self.calls)
        db.join(self.trail)

    def __repr__(self) -> str:
        return f"Store({self.folder.root})"

    @classmethod
    def open(
        cls,
        folder: DataFolder,
        *,
        clock: Clock,
        entropy: Entropy,
        durability: Durability = "second",
        gather_ms: int = WRITE_GATHER_MS,
        migrate: Callable[[Path], object] = bring_up_to_date,
        vfs: str | None = None,
        replay: bool = False,
    ) -> Store:
        """Open a data folder, making it where there is none.

        ``replay``: the folder was put back from a backup, and whoever opens it lets `Eraser.replay`
        erase again whom it brought back, before anything is served.

        Raises `Refused`: those of `KeystoreFile.open` and `migrations.bring_up_to_date`,
        ``erasures_to_replay`` where that is needed and was not asked for,
        ``folder_unusable``, ``storage_full``, ``storage_unavailable``, and ``storage_damaged``,
        also where the audit log does not fit together: nothing is served from a folder whose log
        was tampered with.
        """
        try:
            return cls._open(
                folder,
                clock=clock,
                entropy=entropy,
                durability=durability,
                gather_ms=gather_ms,
                migrate=migrate,
                vfs=vfs,
                replay=replay,
            )
        except OSError as error:
            if error.errno in _FULL:
                raise Refused("storage_full", _NO_ROOM) from None
            raise Refused(
                "folder_unusable", "the data folder cannot be written; see its owner and its disk"
            ) from None
        except (apsw.CorruptError, apsw.NotADBError):
            raise Refused(
                "storage_damaged",
                "ringfence.db is damaged; put a backup back: ringfence restore BACKUP",
            ) from None
        except apsw.Error as error:
            # the index of the log file that finds no room is an IOError like any other
            if isinstance(error, apsw.FullError) or ballast.is_full(folder):
                raise Refused("storage_full", _NO_ROOM) from None
            raise Refused(
                "storage_unavailable", "ringfence.db cannot be opened; see ringfence doctor"
            ) from None

    @classmethod
    def _open(
        cls,
        folder: DataFolder,
        *,
        clock: Clock,
        entropy: Entropy,
        durability: Durability,
        gather_ms: int,
        migrate: Callable[[Path], object],
        vfs: str | None,
        replay: bool,
    ) -> Store:
        folder.make()
        used = revision(folder.database) is not None
        keystore = KeystoreFile.open(folder.keystore, entropy=entropy, must_exist=used, vfs=vfs)
        try:
            keystore.check()
            migrate(folder.database)
            db = Database(folder.database, durability=durability, gather_ms=gather_ms, vfs=vfs)
            try:
                store = cls(folder, keystore, db, clock=clock, entropy=entropy)
                if not replay:
                    store.eraser.check()
                    store._check_records()
                store.check_signed(anew=replay)
                store.watch_end(clock.now())
                last = last_instant(db.reading)
                if isinstance(clock, SystemClock):
                    store.clock_behind_ms = _never_back(clock, last)
                store.leapt_from = _leapt(keystore, last, clock.now())
                return store  # noqa: TRY300 - whatever failed above closes what was opened
            except RemoteError as error:
                db.close()
                raise Refused(
                    "storage_damaged",
                    f"the audit log was torn or changed ({error.reason}); put a backup back: "
                    "ringfence restore BACKUP",
                ) from None
            except BaseException:
                db.close()
                raise
        except BaseException:
            keystore.close()
            raise

    def close(self) -> None:
        """Write what is waiting and close everything. Safe to call twice."""
        self.db.close()
        self.end.close()
        self.keystore.close()

    def of(self, account: Account) -> AccountStore:
        """Return what one account has at rest; make it once and keep it."""
        return AccountStore(self, account)

    def signer(self) -> Signer:
        """Return who signs the audit log of this installation; the key is made at first use.

        The name of the log is a hash of its public key: it says nothing about whoever runs it.
        """
        seed = self.keystore.key(self.keystore.named("audit"))
        public = Signer("ringfence", seed).public
        return Signer(f"ringfence/{hashlib.sha256(public).hexdigest()[:16]}", seed)

    async def sign_log(self, now: Ms) -> str:
        """Sign the audit log as it stands; the signed head, once it is durable."""
        signer = self.signer()
        note = await self.db.write(lambda tx: self.trail.checkpoint(tx, signer, at=now))
        size = verify(note, name=signer.name, public=signer.public).size
        await asyncio.to_thread(self.keystore.raise_mark, _SIGNED, size)
        return note

    def check_signed(self, *, anew: bool) -> None:
        """Compare the log with the longest that was ever signed, which the keystore knows.

        Heads and leaves that were cut off the end of the log together leave no trace in it, and
        neither does a head that went alone. No head is ever removed. What was not signed yet is
        compared with where the log had grown to (``storage.log_end``).
        ``anew``: a backup was put back, and the log may be shorter.

        Raises `Refused` (``log_cut``).
        """
        if anew:
            self.keystore.forget(_SIGNED)
            self._was = self.end.read() if self._shorter() else None
        elif self._cut(self.keystore.noted(_SIGNED)) or self._shorter():
            raise Refused(
                "log_cut",
                "the end of the audit log is missing: it was longer, or another. Put the "
                "newest backup back: ringfence restore BACKUP. If this is one that was put back by "
                "hand: ringfence restore --replay",
            )

    def _cut(self, signed: int | None) -> bool:
        """Whether leaves are missing that were signed, or the head that says so."""
        return signed is not None and not (
            signed <= self.trail.size and has_head(self.db.reading, signed)
        )

    def _shorter(self) -> bool:
        """Whether the log does not go on from where it had grown to (``storage.log_end``)."""
        end = self.end.read()
        if end is None:
            return self.keystore.noted(_ENDED) is not None  # it was there, and is gone or changed
        return not goes_on_from(self.db.reading, self.trail.size, end)

    def watch_end(self, now: Ms) -> None:
        """Write down from here on how far the audit log has grown.

        Where a backup was put back, a leaf says how far it had been before.
        """
        self.end.begin(self.trail.end())
        if self.keystore.noted(_ENDED) is None:
            self.keystore.save()
            self.keystore.raise_mark(_ENDED, 1)
        self.db.room = lambda: ballast.make_room(self.folder, keep=BALLAST_KEPT)
        self.db.forced = lambda: self.end.write(self.trail.end())
        was = self._was
        if was is not None:
            body = {"leaves": was.size}
            self.db.submit(lambda tx: self.trail.note(tx, "put_back", at=now, body=body)).result()

    @property
    def audit_faults(self) -> int:
        """How many places the last check of the whole audit log found that do not fit."""
        return self.keystore.noted(_FAULTS) or 0

    def note_audit_faults(self, count: int) -> None:
        """Remember them over a restart; 0 where the log is whole."""
        if count:
            self.keystore.raise_mark(_FAULTS, count)
        elif self.audit_faults:
            self.keystore.forget(_FAULTS)

    def _check_records(self) -> None:
        """Raise `RemoteError` where one of the newest records is not what its leaf says.

        Of people whose erasure a kill cut short, the keys may be gone before that is noted.
        """
        found = check_recent(
            self.db.reading,
            self.trail.size,
            salt=self.salt,
            since=self.removals_from,
            going=self.eraser.going(),
        )
        if found.faults:
            raise RemoteError(found.faults[0], hint=500)

    def believe_clock(self) -> None:
        """Whoever runs this says that the clock is right: what is old may go again."""
        self.keystore.forget(_LEAPT)
        self.leapt_from = None

    def heed_tariffs(self) -> None:
        """Let calls be priced from here on, where there is a tariff."""
        if self.ledger.heed():
            self.calls.meter = self.ledger.meter

    def restrict(self, serial: int, on: bool) -> None:
        """Leave alone what is sealed with a person's key, or use it again."""
        if on:
            self.openings.restricted.add(serial)
        else:
            self.openings.restricted.discard(serial)

    def secret(self, name: str) -> bytes:
        """Return 32 bytes of this installation's own for one use (``picture``, ``session``)."""
        return self.keystore.key(self.keystore.named(name))

    def recover(self, rooms: AccountStore, *, measure: Measure, now: Ms) -> Recovered:
        """Bring to its end what a killed process left behind; before calls are taken."""
        return recover(
            self.db,
            call_store=self.calls,
            records=self.call_records,
            timeline=self.timeline,
            recordings=rooms.recordings,
            outbox=self.outbox,
            measure=measure,
            now=now,
        )

    def salt(
        self, queries: Queries, account: AccountId | None, party: PartyId | None, record: str
    ) -> bytes:
        """Return the salt of a record of the audit log about a party, an account, or neither.

        What is noted about somebody who was erased meanwhile is the installation's.
        """
        try:
            serial = self.keys.serial(queries, account, party)
        except LocalError:
            serial = self.keystore.named("audit-salt")
        return self.vault.salt(serial, record)

    def apart(self, work: Callable[[Queries], T]) -> T:
        """Read for long on a connection of its own, in the caller's thread, one at a time."""
        with self._apart:
            if self._apart_reader is None:
                self._apart_reader = self.db.reader()
            return work(self._apart_reader)


def _never_back(clock: SystemClock, last: Ms) -> int:
    """Let no fact be dated before one that is stored already; how far the clock lies behind it."""
    behind = clock.not_before(last, most_ms=CLOCK_BACK_MS)
    if behind <= SECOND:  # the difference between two processes
        return 0
    _LOG.warning("clock_behind", ms=behind)
    return behind


def _leapt(keystore: KeystoreFile, last: Ms, now: Ms) -> Ms | None:
    """Return the newest record before the clock leapt ahead, None where it did not.

    That is noted in the keystore: what is written after the leap would hide it from the next start.
    A clock that is put right again, or comes near by itself, needs nobody's word.
    """
    since = keystore.noted(_LEAPT)
    if since is None and last and now - last > CLOCK_AHEAD_MS:
        since = keystore.once(_LEAPT, last)
    if since is None:
        return None
    if now - since <= CLOCK_AHEAD_MS:
        keystore.forget(_LEAPT)
        return None
    _LOG.warning("clock_ahead", ms=now - since)
    return Ms(since)


class _KeysFirst:
    """Puts every key that was handed out on disk before the commit whose rows name it."""

    __slots__ = ("_keystore",)

    def __init__(self, keystore: KeystoreFile) -> None:
        self._keystore = keystore

    def begin(self) -> None:
        pass

    def prepare(self, _tx: Transaction) -> None:
        self._keystore.save()

    def committed(self) -> None:
        pass

    def rolled_back(self) -> None:
        pass
