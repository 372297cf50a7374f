"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class SettingsOperations(Group):
    """``settings.…``"""

    def show(self, *, limit: int | None = None) -> Iterator[models.Setting]:
        """Every setting and where its value comes from; no secret."""
        return cast(
            "Iterator[models.Setting]",
            self._connection.pages("GET", "/v1/settings", models.Setting, query={"limit": limit}),
        )
