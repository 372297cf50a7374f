"""The keys copied while it runs; a folder put back made fit to serve again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.api import views, views_about
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import EXPORT_CHUNK_BYTES
from ringfence.office import errands
from ringfence.office.table import KNOWN, OPERATOR, TABLE
from ringfence.storage import backup_keys, staged
from ringfence.storage.backup_file import SUFFIX
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store

if TYPE_CHECKING:
    from ringfence.config import Settings
    from ringfence.office import Office


_COPIES = "system.configuration"


@TABLE.use_case(
    "backup.keys", actors=frozenset({OPERATOR}), none="keys alone say nothing about anybody"
)
async def copy_keys(office: Office, *, target: str) -> views.KeysCopied:
    """Copy the keys into a folder of this machine, in place of the copy that is there."""
    store, folder = office.store.store, Path(target)
    await asyncio.to_thread(backup_keys.make_room, folder, store.folder)
    await asyncio.to_thread(store.keystore.copy, folder)
    return views.KeysCopied(epoch=store.keystore.epoch)


@TABLE.use_case("backup.begin", actors=KNOWN, live=True, purpose="operate", category=_COPIES)
async def begin(office: Office) -> views_about.Work:
    """Begin a backup into the folder for backups: a file without any key."""
    stamp = datetime.fromtimestamp(office.clock.now() / 1000, UTC).strftime("%Y-%m-%dT%H%M%SZ")
    target = _folder(office) / f"{stamp}{SUFFIX}"
    return errands.view(office.errands.begin("backup", ["backup", str(target)]))


@TABLE.use_case("backup.list", actors=KNOWN, purpose="operate", category=_COPIES)
async def list_backups(office: Office) -> list[views_about.Backup]:
    """The files in the folder for backups, newest first."""
    found = [(path, path.stat()) for path in _folder(office).glob(f"*{SUFFIX}") if path.is_file()]
    rows = [
        views_about.Backup(name=path.name, size=about.st_size, made=about.st_mtime_ns // 1_000_000)
        for path, about in found
    ]
    return sorted(rows, key=lambda row: row.made, reverse=True)


@TABLE.stream("backup.fetch", actors=KNOWN, purpose="operate", category=_COPIES)
async def fetch(office: Office, *, name: str) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """A backup as a file. Without the keys, which never leave this way, it is noise."""
    with _find(office, name).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        yield views.ExportHead(filename=name, media_type="application/x-tar", size=size)
        while piece := await asyncio.to_thread(file.read, int(EXPORT_CHUNK_BYTES)):
            yield views.Chunk(data=piece)


@TABLE.use_case("restore.stage", actors=KNOWN, live=True, purpose="operate", category=_COPIES)
async def stage(office: Office, *, backup: str) -> views_about.Work:
    """Check a backup, and have it put back at the next start. Nothing changes before."""
    command = ["restore", "--stage", str(_find(office, backup))]
    return errands.view(office.errands.begin("restore", command))


@TABLE.use_case("restore.show", actors=KNOWN, purpose="operate", category=_COPIES)
async def show_staged(office: Office) -> views_about.Staged:
    """What is put back at the next start."""
    found = staged.read(office.settings.data)
    if found is None:
        return views_about.Staged()
    return views_about.Staged(source=found.source.name, made=found.made_at)


@TABLE.use_case("restore.unstage", actors=KNOWN, purpose="operate", category=_COPIES)
async def unstage(office: Office) -> views_about.Staged:
    """Put nothing back at the next start."""
    staged.withdraw(office.settings.data)
    return views_about.Staged()


def _folder(office: Office) -> Path:
    folder = office.settings.backup_dir
    if folder is None:
        raise Refused("no_backup_folder", "set backup_dir: a folder outside the data folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


def _find(office: Office, name: str) -> Path:
    """Return a backup by its name; nothing but what `list_backups` names."""
    for path in _folder(office).glob(f"*{SUFFIX}"):
        if path.name == name and path.is_file() and not path.is_symlink():
            return path
    raise Refused("not_found", "no backup has this name")


def replay(settings: Settings) -> list[str]:
    """Erase again whom a restore brought back; their erasures. Blocking, with no server running.

    Raises `Refused`: those of `Store.open`.
    """
    clock, entropy = SystemClock(), SystemEntropy()
    store = Store.open(DataFolder(settings.data), clock=clock, entropy=entropy, replay=True)
    try:
        store.eraser.jurisdiction = settings.country
        begun = store.eraser.resume()
        return [*begun, *store.eraser.replay()]
    finally:
        store.close()
