"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class PhoneOperations(Group):
    """``phone.…``"""

    def add(
        self, *, name: str, password: str | None = None, idempotency_key: str | None = None
    ) -> models.Device:
        """Let a phone register."""
        return cast(
            "models.Device",
            self._connection.ask(
                "POST",
                "/v1/phones",
                models.Device,
                body={"name": name, "password": password},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> Iterator[models.Device]:
        """Every phone and whether it is registered."""
        return cast(
            "Iterator[models.Device]",
            self._connection.pages("GET", "/v1/phones", models.Device, query={"limit": limit}),
        )

    def remove(self, name: str) -> models.Device:
        """Forget a phone, by its SID."""
        return cast(
            "models.Device",
            self._connection.ask("DELETE", f"/v1/phones/{piece(name)}", models.Device),
        )
