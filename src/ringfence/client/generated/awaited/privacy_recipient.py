"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPrivacyRecipientOperations(AsyncGroup):
    """``privacy.recipient.…``"""

    async def recipient_engage(
        self,
        processor: str,
        *,
        country: str | None = None,
        mechanism: str | None = None,
        until: int | None = None,
    ) -> models.Recipient:
        """Write down the contract with a recipient."""
        return cast(
            "models.Recipient",
            await self._connection.ask(
                "PUT",
                f"/v1/privacy/recipients/{piece(processor)}",
                models.Recipient,
                body={"country": country, "mechanism": mechanism, "until": until},
            ),
        )

    def recipient_list(self, *, limit: int | None = None) -> AsyncIterator[models.Recipient]:
        """Who receives data, on what terms."""
        return cast(
            "AsyncIterator[models.Recipient]",
            self._connection.pages(
                "GET", "/v1/privacy/recipients", models.Recipient, query={"limit": limit}
            ),
        )
