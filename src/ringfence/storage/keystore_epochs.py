"""Epoch keys as files: each written whole or not at all, overwritten before it is removed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ringfence.kernel.entropy import Entropy
from ringfence.privacy.keystore import EpochKey
from ringfence.privacy.sealed import KEY_SIZE
from ringfence.storage.folder import sync_folder

_EPOCH_FILE = re.compile(r"epoch-(\d{6})\.key\Z")


def epoch_file(folder: Path, number: int) -> Path:
    """Return where the key of an epoch lies."""
    return folder / f"epoch-{number:06d}.key"


def epochs_in(folder: Path) -> list[int]:
    """Return the numbers of the epoch keys in ``folder``, read by nobody."""
    names = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    return sorted(int(match[1]) for name in names if (match := _EPOCH_FILE.match(name)))


def read_epochs(folder: Path) -> dict[int, EpochKey]:
    """Return every epoch key in ``folder``. Raises `Refused` (``keystore_damaged``)."""
    found: dict[int, EpochKey] = {}
    for file in folder.iterdir():
        if file.suffix == ".new":
            file.unlink()  # a key that was being written when the process died: never used
        match = _EPOCH_FILE.match(file.name)
        if match:
            found[int(match[1])] = EpochKey(int(match[1]), file.read_bytes())
    return found


def make_epoch(folder: Path, number: int, entropy: Entropy) -> EpochKey:
    """Write a new epoch key, whole or not at all, and return it."""
    key = entropy.token(KEY_SIZE)
    final = epoch_file(folder, number)
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


def destroy_epoch(folder: Path, number: int, entropy: Entropy) -> None:
    """Overwrite an epoch key in place, then remove it."""
    file = epoch_file(folder, number)
    descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, entropy.token(KEY_SIZE))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    file.unlink()
    sync_folder(folder)
