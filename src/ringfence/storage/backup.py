"""Backups: the database and the objects of one instant, never the keys.

::

    TARGET/manifest.json          what is in it, with the SHA-256 of each file
    TARGET/ringfence.db           a consistent snapshot, taken while calls go on
    TARGET/objects/recordings/    sealed sound
    TARGET/ringfence.toml         settings, if there are any

Without the keys all of it is noise, so it may lie where others can read it. The keys are copied
apart from it, to another place (`copy_keys`): whoever has both has everything, and a copy of the
keys made before an erasure has to be replaced by one made after it.

What is put back brings people back who were erased since. So nothing serves from it before their
erasures are done again (``storage.erasure``): the keystore's ledger names them, and so do lines
that are handed over from a newer database or backup, which wait in ``erasures-to-replay.json``.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import apsw
import msgspec

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.storage.folder import DataFolder, sync_folder
from ringfence.storage.keystore_file import Destruction
from ringfence.storage.migrations import KNOWN, revision

MANIFEST = "manifest.json"
WAITING = "erasures-to-replay.json"
_SETTINGS = "ringfence.toml"
_VERSION = 1
_LEDGER = (
    "SELECT id, party_id, serial, kept_serial, begun_at FROM erasures"
    " WHERE state != 'planned' AND (kept_serial IS NULL OR kept_serial != serial) ORDER BY id"
)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds: instants in milliseconds, digests in hexadecimal."""

    version: int
    made_at: int
    revision: str
    erasures: int
    """How many erasures its database knows."""
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many files and bytes."""

    files: int
    octets: int


Progress = Callable[[int], object]
"""Is told how many bytes more were copied."""


def write(
    folder: DataFolder, target: Path, *, now: Ms, progress: Progress = lambda _: None
) -> Written:
    """Write a backup of a data folder into ``target``, which is made or must be empty.

    A server may run on the folder: the database is read as of one instant. Raises `Refused`:
    ``nothing_to_back_up``, ``backup_in_the_way`` where the target holds something,
    ``backup_failed`` where the disk says no.
    """
    if not folder.database.exists():
        raise Refused("nothing_to_back_up", "there is no database in that data folder")
    if target.exists() and any(target.iterdir()):
        raise Refused("backup_in_the_way", "that folder is not empty; give every backup its own")
    if target.resolve().is_relative_to(folder.root.resolve()):
        raise Refused("backup_in_the_way", "a backup inside the data folder dies with it")
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        _snapshot(folder.database, target / folder.database.name)
        files = [target / folder.database.name]
        for path in sorted(path for path in folder.objects.rglob("*") if path.is_file()):
            try:
                files += [_copy(path, target / path.relative_to(folder.root), progress)]
            except FileNotFoundError:
                pass  # it was erased meanwhile, and the ledger knows
        if (folder.root / _SETTINGS).exists():
            files.append(_copy(folder.root / _SETTINGS, target / _SETTINGS, progress))
        manifest = Manifest(
            version=_VERSION,
            made_at=now,
            revision=revision(target / folder.database.name) or "",
            erasures=len(ledger_of(target)),
            files={str(path.relative_to(target)): _digest(path) for path in files},
        )
        (target / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        sync_folder(target)
    except OSError as error:
        raise Refused("backup_failed", f"it cannot be written: {error.strerror}") from None
    return Written(len(files), sum(path.stat().st_size for path in files))


def _snapshot(database: Path, copy: Path) -> None:
    db = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        db.set_busy_timeout(10_000)
        db.execute("VACUUM INTO ?", (str(copy),))
    except (apsw.NotADBError, apsw.CorruptError):
        raise Refused("storage_damaged", "ringfence.db is damaged; restore it") from None
    except apsw.Error:
        raise Refused("backup_failed", "the database cannot be copied; see the disk") from None
    finally:
        db.close()
    copy.chmod(0o600)


def _copy(path: Path, target: Path, progress: Progress) -> Path:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    target.chmod(0o600)
    progress(target.stat().st_size)
    return target


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def check(source: Path) -> Manifest:
    """Return the manifest of a backup whose every file is whole, and which names no other file.

    Raises `Refused`: ``no_backup``, ``backup_damaged`` naming the file, ``backup_newer``.
    """
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        raise Refused("no_backup", "that folder holds no backup; its manifest is missing") from None
    if manifest.version != _VERSION or manifest.revision not in KNOWN:
        raise Refused("backup_newer", "that backup was written by a newer Ringfence; update")
    for name, digest in manifest.files.items():
        path = source / name
        ours = name in {"ringfence.db", _SETTINGS} or name.startswith("objects/")
        if not ours or ".." in Path(name).parts:
            raise Refused("backup_damaged", "the manifest names a file that is in no backup")
        if not path.exists() or _digest(path) != digest:
            raise Refused("backup_damaged", f"{name} is missing or was changed since the backup")
    return manifest


def put_back(
    source: Path, folder: DataFolder, *, ledgers: Iterable[Path], progress: Progress
) -> Manifest:
    """Put the database and the objects of a backup into a data folder that nothing serves from.

    ``ledgers``: newer backups or data folders, whose erasures are to be done again. The database
    that is replaced is one of them. Raises what `check` raises, and ``folder_unusable``.
    """
    manifest = check(source)
    folder.make()
    try:
        _wait_for_replay(folder, [*ledgers, folder.root])
        for suffix in ("-wal", "-shm"):
            folder.database.with_name(folder.database.name + suffix).unlink(missing_ok=True)
        shutil.rmtree(folder.recordings)
        for name in sorted(manifest.files, key=lambda name: name == folder.database.name):
            if name != _SETTINGS or not (folder.root / _SETTINGS).exists():
                _copy(source / name, folder.root / name, progress)
        folder.make()
        sync_folder(folder.root)
    except OSError as error:
        reason = f"the data folder cannot be written: {error.strerror}"
        raise Refused("folder_unusable", reason) from None
    return manifest


def _wait_for_replay(folder: DataFolder, ledgers: Iterable[Path]) -> None:
    lines = {line.erasure: line for path in ledgers for line in ledger_of(path)}
    lines |= {line.erasure: line for line in waiting(folder)}
    if lines:
        draft = folder.root / f"{WAITING}.new"
        draft.write_bytes(msgspec.json.encode([*lines.values()]))
        draft.replace(folder.root / WAITING)


def waiting(folder: DataFolder) -> list[Destruction]:
    """Return the lines that were handed over at a restore and not done again yet."""
    try:
        content = (folder.root / WAITING).read_bytes()
    except FileNotFoundError:
        return []
    return msgspec.json.decode(content, type=list[Destruction])


def done_again(folder: DataFolder) -> None:
    """Forget the lines that were handed over: they have been done again."""
    (folder.root / WAITING).unlink(missing_ok=True)
    sync_folder(folder.root)


def ledger_of(place: Path) -> list[Destruction]:
    """Return the ledger of the database in a backup or a data folder; empty without one."""
    database = place / "ringfence.db"
    if not database.exists() or not database.stat().st_size:
        return []
    db = apsw.Connection(str(database))
    try:
        if "erasures" not in {name for (name,) in db.execute("SELECT name FROM sqlite_master")}:
            return []
        found = db.execute(_LEDGER).fetchall()
    except (apsw.NotADBError, apsw.CorruptError):
        return []  # a database that is damaged is replaced because it is
    finally:
        db.close()
    return [Destruction(*row) for row in found]  # type: ignore[arg-type]
