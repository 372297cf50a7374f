"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class BanOperations(Group):
    """``ban.…``"""

    def lift(self, *, address: str, idempotency_key: str | None = None) -> models.Ban:
        """An address is answered again."""
        return cast(
            "models.Ban",
            self._connection.ask(
                "POST",
                "/v1/bans/lift",
                models.Ban,
                body={"address": address},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> Iterator[models.Ban]:
        """Addresses that get no answer by SIP at present, the last one first."""
        return cast(
            "Iterator[models.Ban]",
            self._connection.pages("GET", "/v1/bans", models.Ban, query={"limit": limit}),
        )
