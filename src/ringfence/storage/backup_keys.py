"""Copies of the keys: one at a time, to another place than the backups, and put back from there.

A copy holds every key as of now, those of people erased later among them. So a copy replaces the
one before, which is overwritten, and one made before an erasure is of no use for the database made
after it: the ledger of the database does the erasure again when it is put back.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ringfence.kernel.errors import Refused
from ringfence.storage.folder import DataFolder, sync_folder

KEYSTORE = "keystore.db"


def destroy_copy(target: Path) -> None:
    """Overwrite and remove the copy of keys in ``target``; other files are left alone."""
    for path in [*target.glob("epoch-*.key"), *target.glob(f"{KEYSTORE}*")]:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(os.urandom(size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def make_room(target: Path, folder: DataFolder) -> None:
    """Make ``target`` ready for a copy. Raises `Refused` (``backup_in_the_way``)."""
    if target.resolve().is_relative_to(folder.root.resolve()):
        raise Refused("backup_in_the_way", "a copy inside the data folder dies with it")
    if (target / "manifest.json").exists() or (target / "ringfence.db").exists():
        raise Refused("backup_in_the_way", "keys do not belong where the backup of the data lies")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)


def put_back(source: Path, folder: DataFolder) -> None:
    """Put a copy of the keys into a data folder that has none.

    Raises `Refused`: ``no_keys`` where there is no whole copy, ``keys_in_the_way``.
    """
    keys = [*source.glob("epoch-*.key")]
    if not (source / KEYSTORE).exists() or len(keys) != 1:
        raise Refused("no_keys", "that folder holds no copy of keys: keystore.db and one epoch key")
    folder.make()
    if folder.keystore.exists() and folder.keystore.stat().st_size:
        raise Refused("keys_in_the_way", "the data folder has keys; they are newer than any copy")
    for path in (*keys, source / KEYSTORE):
        shutil.copyfile(path, folder.keys / path.name)
        (folder.keys / path.name).chmod(0o600)
    sync_folder(folder.keys)
