"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.generated import models


class AsyncBanOperations(AsyncGroup):
    """``ban.…``"""

    async def lift(self, *, address: str, idempotency_key: str | None = None) -> models.Ban:
        """An address is answered again."""
        return cast(
            "models.Ban",
            await self._connection.ask(
                "POST",
                "/v1/bans/lift",
                models.Ban,
                body={"address": address},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Ban]:
        """Addresses that get no answer by SIP at present, the last one first."""
        return cast(
            "AsyncIterator[models.Ban]",
            self._connection.pages("GET", "/v1/bans", models.Ban, query={"limit": limit}),
        )
