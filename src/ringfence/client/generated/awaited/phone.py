"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPhoneOperations(AsyncGroup):
    """``phone.…``"""

    async def add(
        self, *, name: str, password: str | None = None, idempotency_key: str | None = None
    ) -> models.Device:
        """Let a phone register."""
        return cast(
            "models.Device",
            await self._connection.ask(
                "POST",
                "/v1/phones",
                models.Device,
                body={"name": name, "password": password},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Device]:
        """Every phone and whether it is registered."""
        return cast(
            "AsyncIterator[models.Device]",
            self._connection.pages("GET", "/v1/phones", models.Device, query={"limit": limit}),
        )

    async def remove(self, name: str) -> models.Device:
        """Forget a phone, by its SID."""
        return cast(
            "models.Device",
            await self._connection.ask("DELETE", f"/v1/phones/{piece(name)}", models.Device),
        )
