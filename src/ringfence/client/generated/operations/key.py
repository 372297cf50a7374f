"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class KeyOperations(Group):
    """``key.…``"""

    def add(
        self,
        *,
        name: str,
        purposes: builtins.list[str],
        role: str | None = None,
        days: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Key:
        """Make an API key for these purposes alone; its secret is in this answer only."""
        return cast(
            "models.Key",
            self._connection.ask(
                "POST",
                "/v1/keys",
                models.Key,
                body={"name": name, "purposes": purposes, "role": role, "days": days},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> Iterator[models.Key]:
        """Every key, revoked ones too; never a secret."""
        return cast(
            "Iterator[models.Key]",
            self._connection.pages("GET", "/v1/keys", models.Key, query={"limit": limit}),
        )

    def rename(self, sid: str, *, name: str, idempotency_key: str | None = None) -> models.Key:
        """Say anew what a key is for; whom it lets in stays."""
        return cast(
            "models.Key",
            self._connection.ask(
                "POST",
                f"/v1/keys/{piece(sid)}/rename",
                models.Key,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def revoke(self, sid: str, *, idempotency_key: str | None = None) -> models.Key:
        """End a key at once."""
        return cast(
            "models.Key",
            self._connection.ask(
                "POST", f"/v1/keys/{piece(sid)}/revoke", models.Key, key=idempotency_key, keyed=True
            ),
        )
