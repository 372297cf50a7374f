"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class RoleOperations(Group):
    """``role.…``"""

    def list(self, *, limit: int | None = None) -> Iterator[models.Role]:
        """Every role that may be handed out, and the purposes it has."""
        return cast(
            "Iterator[models.Role]",
            self._connection.pages("GET", "/v1/roles", models.Role, query={"limit": limit}),
        )
