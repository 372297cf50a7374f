"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class BackupOperations(Group):
    """``backup.…``"""

    def begin(self, *, idempotency_key: str | None = None) -> models.Work:
        """Begin a backup: a file without any key. Keys are copied on the machine itself."""
        return cast(
            "models.Work",
            self._connection.ask(
                "POST", "/v1/backups", models.Work, key=idempotency_key, keyed=True
            ),
        )

    def fetch(self, name: str) -> bytes:
        """A backup as a file."""
        return cast("bytes", self._connection.ask("GET", f"/v1/backups/{piece(name)}/file", bytes))

    def list(self, *, limit: int | None = None) -> Iterator[models.Backup]:
        """The files in the folder for backups, newest first."""
        return cast(
            "Iterator[models.Backup]",
            self._connection.pages("GET", "/v1/backups", models.Backup, query={"limit": limit}),
        )
