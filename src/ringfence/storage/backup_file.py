"""A backup as one file: a plain tar of what `storage.backup` writes, nothing else let in or out.

Sealed data does not compress, so it is not tried. A tar from elsewhere can name files anywhere and
files of any kind: only regular files under the names a backup has are taken out of it.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from ringfence.kernel.errors import Refused

SUFFIX = ".tar"
_TOP = frozenset({"manifest.json", "ringfence.db", "ringfence.toml"})


@contextmanager
def packing(target: Path) -> Iterator[Path]:
    """Give a folder to write a backup into; it is ``target`` as one file afterwards, or nothing.

    Raises `Refused`: ``backup_in_the_way`` where the file is there, ``backup_failed``.
    """
    if target.exists():
        raise Refused("backup_in_the_way", "that file is there already; give every backup its own")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".ringfence-", dir=target.parent) as folder:
            yield Path(folder) / "backup"
            draft = Path(folder) / "backup.tar"
            _pack(Path(folder) / "backup", draft)
            draft.replace(target)
    except OSError as error:
        raise Refused("backup_failed", f"it cannot be written: {error.strerror}") from None


def _pack(folder: Path, draft: Path) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                info.size, info.mode = path.stat().st_size, 0o600
                with path.open("rb") as opened:
                    tar.addfile(info, opened)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def unpacked(source: Path, *, near: Path) -> Iterator[Path]:
    """Give the folder a backup is in: ``source`` itself, or what is taken out of the file.

    ``near``: on whose disk the files are put meanwhile. Raises `Refused`: ``no_backup``,
    ``backup_damaged``.
    """
    if not source.is_file():
        yield source
        return
    near.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".ringfence-", dir=near) as folder:
        try:
            with tarfile.open(source, "r:") as tar:
                for info in tar:
                    _take_out(tar, info, Path(folder))
        except tarfile.TarError:
            raise Refused("no_backup", "that file is no backup, or it was cut short") from None
        yield Path(folder)


def _take_out(tar: tarfile.TarFile, info: tarfile.TarInfo, folder: Path) -> None:
    path = PurePosixPath(info.name)
    ours = info.name in _TOP or (path.parts[:1] == ("objects",) and len(path.parts) > 1)
    content = tar.extractfile(info) if info.isreg() and ours and ".." not in path.parts else None
    if content is None:
        raise Refused("backup_damaged", "that file holds what is in no backup")
    target = folder / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("xb") as file:
        shutil.copyfileobj(content, file)
