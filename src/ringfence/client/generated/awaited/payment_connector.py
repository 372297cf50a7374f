"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPaymentConnectorOperations(AsyncGroup):
    """``payment_connector.…``"""

    async def add(
        self,
        *,
        name: str,
        url: str | None = None,
        template: models.Processor | None = None,
        idempotency_key: str | None = None,
    ) -> models.PaymentConnector:
        """Set a processor up by its URL and, where it does not speak the generic contract, a template."""
        return cast(
            "models.PaymentConnector",
            await self._connection.ask(
                "POST",
                "/v1/payment-connectors",
                models.PaymentConnector,
                body={"name": name, "url": url, "template": template},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.PaymentConnector]:
        """Every processor; `test` is the sandbox of this program and moves no money."""
        return cast(
            "AsyncIterator[models.PaymentConnector]",
            self._connection.pages(
                "GET", "/v1/payment-connectors", models.PaymentConnector, query={"limit": limit}
            ),
        )

    async def remove(self, name: str) -> models.PaymentConnector:
        """Take a processor away."""
        return cast(
            "models.PaymentConnector",
            await self._connection.ask(
                "DELETE", f"/v1/payment-connectors/{piece(name)}", models.PaymentConnector
            ),
        )

    async def test(self, name: str, *, idempotency_key: str | None = None) -> models.PaymentTried:
        """Ask a processor for a token of 4242 4242 4242 4242, a card that no bank issued."""
        return cast(
            "models.PaymentTried",
            await self._connection.ask(
                "POST",
                f"/v1/payment-connectors/{piece(name)}/test",
                models.PaymentTried,
                key=idempotency_key,
                keyed=True,
            ),
        )
