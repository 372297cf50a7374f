"""Archives of people at rest: sealed piece by piece while they are made, taken once by token.

::

    objects/archives/CS....rfa      length (4, big endian) | sealed piece | length | piece ...

Each piece is bound to its place, the last one also to being the last, so that an archive that was
cut short does not open. The key is wrapped with the person's: an erasure takes the archive along.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from sqlalchemy import bindparam, delete, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CaseId, PartyId
from ringfence.kernel.limits import ARCHIVE_BYTES_MAX, ARCHIVE_CHUNK_BYTES
from ringfence.privacy.sealed import seal, unseal
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account
from ringfence.storage.folder import DataFolder, sync_folder
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import case_archives
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_a = case_archives.c
_ADD = insert_row(case_archives)
_GET = Statement(select(*_a).where(_a.case_id == bindparam("case")))
_TAKE = Statement(
    update(case_archives)
    .where(
        _a.case_id == bindparam("case"),
        _a.token == bindparam("token"),
        _a.taken_at.is_(None),
        _a.expires_at > bindparam("now"),
    )
    .values(taken_at=bindparam("at")),
    "at",
    "case",
    "token",
    "now",
)
_RETOKEN = Statement(
    update(case_archives).where(_a.case_id == bindparam("case")).values(token=bindparam("token")),
    "token",
    "case",
)
_DROP = Statement(delete(case_archives).where(_a.case_id == bindparam("case")))
_STALE = Statement(
    select(_a.case_id).where((_a.expires_at <= bindparam("now")) | _a.taken_at.is_not(None))
)
_SIZE = 4


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive, in the order of the table's columns."""

    case: CaseId
    party: PartyId | None
    key_serial: int
    wrapped: bytes = field(repr=False)
    token: bytes = field(repr=False)
    size: int
    pieces: int
    sha256: str
    made_at: Ms
    expires_at: Ms
    taken_at: Ms | None


class ArchiveWriter:
    """A file that is written in clear and rests sealed; `close` ends it."""

    def __init__(self, path: Path, key: bytes, case: str, *, entropy: Entropy) -> None:
        self._path = path
        self._key = key
        self._case = case
        self._entropy = entropy
        self._file: BinaryIO = _new_file(path)
        self._waiting = bytearray()
        self._hash = hashlib.sha256()
        self.pieces = 0
        self.size = 0

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """Of what was written, in hexadecimal digits."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Add bytes. Raises `Refused` (``archive_too_large``)."""
        self.size += len(data)
        if self.size > ARCHIVE_BYTES_MAX:
            raise Refused("archive_too_large", "this archive is beyond its bound; narrow it")
        self._hash.update(data)
        self._waiting += data
        while len(self._waiting) > ARCHIVE_CHUNK_BYTES:
            self._put(bytes(self._waiting[:ARCHIVE_CHUNK_BYTES]), last=False)
            del self._waiting[:ARCHIVE_CHUNK_BYTES]
        return len(data)

    def flush(self) -> None:
        """Part of a file's manners; pieces are written when they are full."""

    def close(self) -> None:
        """Write the last piece and force everything to the disk."""
        if self._file.closed:
            return
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        sync_folder(self._path.parent)

    def _put(self, piece: bytes, *, last: bool) -> None:
        context = _place(self._case, self.pieces, last=last)
        sealed = seal(self._key, piece, context=context, entropy=self._entropy)
        self._file.write(len(sealed).to_bytes(_SIZE, "big") + sealed)
        self.pieces += 1


class CaseArchives:
    """The archives of one account."""

    __slots__ = ("_account", "_db", "_keys", "_openings", "_reader", "_root", "_vault", "alone")

    def __init__(
        self,
        db: Database,
        folder: DataFolder,
        account: Account,
        *,
        vault: Vault,
        keys: KeyRing,
        openings: Openings,
    ) -> None:
        self._db = db
        self._reader: Queries | None = None
        self.alone = asyncio.Lock()
        """Archives are made one after the other: they share a connection."""
        self._root = folder.objects / "archives"
        self._account = account
        self._vault = vault
        self._keys = keys
        self._openings = openings

    def path(self, case: str) -> Path:
        """Return where the archive of a case lies."""
        return self._root / f"{case}.rfa"

    def begin(self, case: str, key: bytes, *, entropy: Entropy) -> ArchiveWriter:
        """Start to write the archive of a case; an older one is replaced."""
        self._root.mkdir(mode=0o700, exist_ok=True)
        self.path(case).unlink(missing_ok=True)
        return ArchiveWriter(self.path(case), key, case, entropy=entropy)

    def reader(self) -> Queries:
        """Return the connection archives are read on, in a thread; hold `alone` meanwhile."""
        if self._reader is None:
            self._reader = self._db.reader()
        return self._reader

    def new_key(self) -> bytes:
        """Return the key of one archive."""
        return self._vault.new_record_key()

    def token(self, text: str) -> bytes:
        """Return the keyed hash of a token somebody holds."""
        return self._vault.find(self._account.pepper, f"archive:{text}")

    def add(
        self,
        tx: Transaction,
        case: CaseId,
        writer: ArchiveWriter,
        key: bytes,
        *,
        party: PartyId | None,
        token: str,
        now: Ms,
        expires_at: Ms,
    ) -> None:
        """Keep a finished archive: its key wrapped for the person, its token as a hash."""
        serial = self._keys.serial(tx, self._account.id, party)
        wrapped = self._vault.wrap(serial, key, context=f"archive:{case}")
        tx.run(_DROP, (case,))
        tx.run(
            _ADD,
            (case, party, serial, wrapped, self.token(token), writer.size, writer.pieces,
             writer.sha256, now, expires_at, None),
        )  # fmt: skip

    def get(self, queries: Queries, case: str) -> Archive | None:
        """Return the archive of a case, None where there is none any more."""
        row = queries.row(_GET, (case,))
        return None if row is None else Archive(*row)

    def take(self, tx: Transaction, case: str, token: str, *, now: Ms) -> bool:
        """Whether ``token`` fetches the archive: once, and before it expires."""
        return bool(tx.changed(_TAKE, (now, case, self.token(token), now)))

    def read(self, archive: Archive) -> Iterator[bytes]:
        """Yield an archive in clear, piece by piece. Purposes: answer_rights, answer_demand.

        Raises `Refused`: ``erased`` where the person was erased, ``unreadable`` where the file was
        changed or cut.
        """
        key = self._openings.record_key(
            archive.wrapped, serial=archive.key_serial, context=f"archive:{archive.case}"
        )
        if key is None:
            raise Refused("erased", "this person was erased, and the archive with them")
        try:
            with self.path(archive.case).open("rb") as file:
                for number in range(archive.pieces):
                    size = int.from_bytes(file.read(_SIZE), "big")
                    last = number == archive.pieces - 1
                    context = _place(archive.case, number, last=last)
                    yield unseal(key, file.read(size), context=context)
        except FileNotFoundError:
            raise Refused("unreadable", "the file of this archive is missing") from None

    def orphans(self, queries: Queries) -> list[str]:
        """Return the files nobody can open any more: their row went with its person."""
        if not self._root.exists():
            return []
        found = sorted(path.stem for path in self._root.iterdir())
        return [case for case in found if self.get(queries, case) is None]

    def retoken(self, tx: Transaction, case: str, token: str) -> None:
        """Let another token fetch the archive, and the old one no more."""
        tx.run(_RETOKEN, (self.token(token), case))

    def stale(self, queries: Queries, now: Ms) -> list[str]:
        """Return the cases whose archive was taken or is out of time."""
        return [row[0] for row in queries.rows(_STALE, (now,))]

    def drop(self, tx: Transaction, case: str) -> None:
        """Destroy an archive: its key first, then, once that is durable, its file."""
        tx.run(_DROP, (case,))
        tx.after(lambda: self.path(case).unlink(missing_ok=True))


def _place(case: str, number: int, *, last: bool) -> str:
    return f"archive:{case}:{number}{':last' if last else ''}"


def _new_file(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "wb")
