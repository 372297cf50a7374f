"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class PrivacyRecipientOperations(Group):
    """``privacy.recipient.…``"""

    def recipient_engage(
        self,
        processor: str,
        *,
        country: str | None = None,
        mechanism: str | None = None,
        until: int | None = None,
    ) -> models.Recipient:
        """Write down the contract with a recipient."""
        return cast(
            "models.Recipient",
            self._connection.ask(
                "PUT",
                f"/v1/privacy/recipients/{piece(processor)}",
                models.Recipient,
                body={"country": country, "mechanism": mechanism, "until": until},
            ),
        )

    def recipient_list(self, *, limit: int | None = None) -> Iterator[models.Recipient]:
        """Who receives data, on what terms."""
        return cast(
            "Iterator[models.Recipient]",
            self._connection.pages(
                "GET", "/v1/privacy/recipients", models.Recipient, query={"limit": limit}
            ),
        )
