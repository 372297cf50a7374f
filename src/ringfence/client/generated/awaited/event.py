"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.generated import models


class AsyncEventOperations(AsyncGroup):
    """``event.…``"""

    def list(
        self, *, types: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Event]:
        """Return events, oldest first."""
        return cast(
            "AsyncIterator[models.Event]",
            self._connection.pages(
                "GET", "/v1/events", models.Event, query={"types": types, "limit": limit}
            ),
        )
