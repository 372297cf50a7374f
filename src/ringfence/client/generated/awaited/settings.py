"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.generated import models


class AsyncSettingsOperations(AsyncGroup):
    """``settings.…``"""

    def show(self, *, limit: int | None = None) -> AsyncIterator[models.Setting]:
        """Every setting and where its value comes from; no secret."""
        return cast(
            "AsyncIterator[models.Setting]",
            self._connection.pages("GET", "/v1/settings", models.Setting, query={"limit": limit}),
        )
