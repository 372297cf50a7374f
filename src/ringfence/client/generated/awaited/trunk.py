"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncTrunkOperations(AsyncGroup):
    """``trunk.…``"""

    async def add(
        self,
        *,
        name: str,
        address: str | None = None,
        register: str | None = None,
        password: str | None = None,
        transport: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Trunk:
        """Trust a carrier, or register at it."""
        return cast(
            "models.Trunk",
            await self._connection.ask(
                "POST",
                "/v1/trunks",
                models.Trunk,
                body={
                    "name": name,
                    "address": address,
                    "register": register,
                    "password": password,
                    "transport": transport,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def check(
        self,
        *,
        name: str,
        address: str | None = None,
        register: str | None = None,
        transport: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Refuse what adding would refuse."""
        await self._connection.ask(
            "POST",
            "/v1/trunks/check",
            type(None),
            body={"name": name, "address": address, "register": register, "transport": transport},
            key=idempotency_key,
            keyed=True,
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Trunk]:
        """Every trunk and its state."""
        return cast(
            "AsyncIterator[models.Trunk]",
            self._connection.pages("GET", "/v1/trunks", models.Trunk, query={"limit": limit}),
        )

    async def remove(self, name: str) -> models.Trunk:
        """Trust a carrier no longer, or unregister from it."""
        return cast(
            "models.Trunk",
            await self._connection.ask("DELETE", f"/v1/trunks/{piece(name)}", models.Trunk),
        )
