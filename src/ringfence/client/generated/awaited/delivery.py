"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncDeliveryOperations(AsyncGroup):
    """``delivery.…``"""

    def list(
        self, *, state: Literal["behind", "dead", "ready"] | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Delivery]:
        """Callbacks that were given up, or those that wait."""
        return cast(
            "AsyncIterator[models.Delivery]",
            self._connection.pages(
                "GET", "/v1/deliveries", models.Delivery, query={"state": state, "limit": limit}
            ),
        )

    async def retry(self, sid: str, *, idempotency_key: str | None = None) -> models.Delivery:
        """Try a callback that was given up for another day."""
        return cast(
            "models.Delivery",
            await self._connection.ask(
                "POST",
                f"/v1/deliveries/{piece(sid)}/retry",
                models.Delivery,
                key=idempotency_key,
                keyed=True,
            ),
        )
