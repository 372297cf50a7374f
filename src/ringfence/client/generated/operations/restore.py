"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class RestoreOperations(Group):
    """``restore.…``"""

    def show(self) -> models.Staged:
        """What is put back at the next start."""
        return cast("models.Staged", self._connection.ask("GET", "/v1/restore", models.Staged))

    def stage(self, *, backup: str, idempotency_key: str | None = None) -> models.Work:
        """Check a backup and have it put back at the next start, which serves only after the erasures since were done again."""
        return cast(
            "models.Work",
            self._connection.ask(
                "POST",
                "/v1/restore",
                models.Work,
                body={"backup": backup},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def unstage(self) -> models.Staged:
        """Put nothing back at the next start."""
        return cast("models.Staged", self._connection.ask("DELETE", "/v1/restore", models.Staged))
