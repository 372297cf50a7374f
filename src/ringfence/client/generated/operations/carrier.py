"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class CarrierOperations(Group):
    """``carrier.…``"""

    def add(
        self,
        *,
        name: str,
        smpp: models.Smpp | None = None,
        http: models.Gateway | None = None,
        senders: builtins.list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.TextCarrier:
        """Set a carrier up, by `smpp` or by `http`."""
        return cast(
            "models.TextCarrier",
            self._connection.ask(
                "POST",
                "/v1/message-carriers",
                models.TextCarrier,
                body={"name": name, "smpp": smpp, "http": http, "senders": senders},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> Iterator[models.TextCarrier]:
        """Every carrier and how it is."""
        return cast(
            "Iterator[models.TextCarrier]",
            self._connection.pages(
                "GET", "/v1/message-carriers", models.TextCarrier, query={"limit": limit}
            ),
        )

    def remove(self, name: str) -> models.TextCarrier:
        """Take a carrier away; what it has not sent waits for another."""
        return cast(
            "models.TextCarrier",
            self._connection.ask(
                "DELETE", f"/v1/message-carriers/{piece(name)}", models.TextCarrier
            ),
        )

    def test(self, name: str, *, idempotency_key: str | None = None) -> models.TextCarrier:
        """Wait until a carrier is ready or says why not, for some seconds at most; sends nothing."""
        return cast(
            "models.TextCarrier",
            self._connection.ask(
                "POST",
                f"/v1/message-carriers/{piece(name)}/test",
                models.TextCarrier,
                key=idempotency_key,
                keyed=True,
            ),
        )
