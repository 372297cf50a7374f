"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class DeliveryOperations(Group):
    """``delivery.…``"""

    def list(
        self, *, state: Literal["behind", "dead", "ready"] | None = None, limit: int | None = None
    ) -> Iterator[models.Delivery]:
        """Callbacks that were given up, or those that wait."""
        return cast(
            "Iterator[models.Delivery]",
            self._connection.pages(
                "GET", "/v1/deliveries", models.Delivery, query={"state": state, "limit": limit}
            ),
        )

    def retry(self, sid: str, *, idempotency_key: str | None = None) -> models.Delivery:
        """Try a callback that was given up for another day."""
        return cast(
            "models.Delivery",
            self._connection.ask(
                "POST",
                f"/v1/deliveries/{piece(sid)}/retry",
                models.Delivery,
                key=idempotency_key,
                keyed=True,
            ),
        )
