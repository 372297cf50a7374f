"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.generated import models


class AsyncRoleOperations(AsyncGroup):
    """``role.…``"""

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Role]:
        """Every role that may be handed out, and the purposes it has."""
        return cast(
            "AsyncIterator[models.Role]",
            self._connection.pages("GET", "/v1/roles", models.Role, query={"limit": limit}),
        )
