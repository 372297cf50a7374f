"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncFlowOperations(AsyncGroup):
    """``flow.…``"""

    async def add(
        self, *, name: str, document: models.FlowDocument, idempotency_key: str | None = None
    ) -> models.Flow:
        """Publish a flow, or the next version of it; calls get it at once."""
        return cast(
            "models.Flow",
            await self._connection.ask(
                "POST",
                "/v1/flows",
                models.Flow,
                body={"name": name, "document": document},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Flow]:
        """Every flow, without its document."""
        return cast(
            "AsyncIterator[models.Flow]",
            self._connection.pages("GET", "/v1/flows", models.Flow, query={"limit": limit}),
        )

    async def show(self, name: str, *, version: int | None = None) -> models.Flow:
        """One flow with its document, by default the version in force."""
        return cast(
            "models.Flow",
            await self._connection.ask(
                "GET", f"/v1/flows/{piece(name)}", models.Flow, query={"version": version}
            ),
        )

    def validate(
        self, *, document: models.FlowDocument, limit: int | None = None
    ) -> AsyncIterator[models.Problem]:
        """What is wrong with a document; nothing where it is good."""
        return cast(
            "AsyncIterator[models.Problem]",
            self._connection.pages(
                "POST",
                "/v1/flows/validate",
                models.Problem,
                query={"limit": limit},
                body={"document": document},
                keyed=True,
            ),
        )
