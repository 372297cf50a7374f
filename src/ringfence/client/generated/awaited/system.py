"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.generated import models


class AsyncSystemOperations(AsyncGroup):
    """``system.…``"""

    def doctor(self, *, limit: int | None = None) -> AsyncIterator[models.AboutFinding]:
        """What is wrong with the installation, with the command that mends each."""
        return cast(
            "AsyncIterator[models.AboutFinding]",
            self._connection.pages(
                "GET", "/v1/doctor", models.AboutFinding, query={"limit": limit}
            ),
        )

    async def health(self) -> models.Health:
        """Whether calls are taken with audio."""
        return cast(
            "models.Health", await self._connection.ask("GET", "/v1/system/health", models.Health)
        )

    async def metrics(self) -> models.Metrics:
        """Counters, none of which is about a person."""
        return cast(
            "models.Metrics",
            await self._connection.ask("GET", "/v1/system/metrics", models.Metrics),
        )

    async def status(self) -> models.Status:
        """How the running installation is."""
        return cast("models.Status", await self._connection.ask("GET", "/v1/system", models.Status))
