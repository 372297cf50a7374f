"""Pictures of messages at rest: one file each, sealed under the key of the person on the message.

::

    objects/media/ME....rfm      the whole, sealed once, bound to its id

A file without a row in ``text_media`` is a picture that was deleted, redacted, too old or of an
erased person: its key or its row is gone, and `sweep` takes the file.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import bindparam, select, update

from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import MediaId
from ringfence.privacy.labels import TEXT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.folder import DataFolder, sync_folder
from ringfence.storage.openings import Openings
from ringfence.storage.schema import text_media
from ringfence.storage.statement import Statement
from ringfence.storage.texts import Medium
from ringfence.storage.unit_of_work import Queries, Transaction

_m = text_media.c
_SUFFIX = ".rfm"
_KEEP = Statement(
    update(text_media)
    .where(_m.id == bindparam("medium"))
    .values(media_type=bindparam("kind"), size=bindparam("octets")),
    *("kind", "octets", "medium"),
)
_ONE = Statement(select(*_m).where(_m.id == bindparam("medium")))
_THERE = Statement(select(_m.id).where(_m.id == bindparam("medium")))


class MediaFiles:
    """The pictures of one account."""

    __slots__ = ("_openings", "_root", "_vault")

    def __init__(self, folder: DataFolder, *, vault: Vault, openings: Openings) -> None:
        self._root = folder.media
        self._vault = vault
        self._openings = openings

    def write(self, medium: Medium, body: bytes) -> None:
        """Seal a picture into its file. Blocking; raises OSError."""
        sealed = self._vault.seal(medium.key_serial, body, context=_place(medium.id))
        fresh = self._root / f"{medium.id}.new"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path(medium.id))
        sync_folder(self._root)

    def keep(self, tx: Transaction, medium: MediaId, *, media_type: str, size: int) -> bool:
        """Note that a picture is here; False where its message is gone meanwhile."""
        return bool(tx.changed(_KEEP, (media_type, size, medium)))

    def get(self, queries: Queries, medium: MediaId) -> Medium:
        """Return the row of a picture; raises `Refused` (``not_found``)."""
        row = queries.row(_ONE, (medium,))
        if row is None:
            raise Refused("not_found", "no picture of that SID")
        return Medium(*row)

    def read(self, medium: Medium) -> bytes:
        """Return a picture in clear. Purpose: carry_message.

        Raises `Refused`: ``erased``; ``not_found`` where its file is missing.
        """
        try:
            sealed = self._path(medium.id).read_bytes()
        except FileNotFoundError:
            raise Refused("not_found", "that picture is not here") from None
        return self._openings.open(
            sealed, serial=medium.key_serial, context=_place(medium.id), label=TEXT_SEALED,
            read=bytes,
        )  # fmt: skip

    def drop(self, medium: MediaId) -> None:
        """Remove the file of a picture, if there is one."""
        self._path(medium).unlink(missing_ok=True)

    def sweep(self, queries: Queries) -> int:
        """Remove the files of pictures whose row is gone; how many that were."""
        gone = [
            path
            for path in self._root.iterdir()
            if path.suffix == _SUFFIX and queries.row(_THERE, (path.stem,)) is None
        ]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def _path(self, medium: MediaId) -> Path:
        return self._root / f"{medium}{_SUFFIX}"


def _place(medium: MediaId) -> str:
    return f"picture:{medium}"
