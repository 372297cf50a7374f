"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class EventOperations(Group):
    """``event.…``"""

    def list(self, *, types: str | None = None, limit: int | None = None) -> Iterator[models.Event]:
        """Return events, oldest first."""
        return cast(
            "Iterator[models.Event]",
            self._connection.pages(
                "GET", "/v1/events", models.Event, query={"types": types, "limit": limit}
            ),
        )
