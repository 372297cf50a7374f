"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class PrivacyOfficerOperations(Group):
    """``privacy.officer.…``"""

    def officer_list(self, *, limit: int | None = None) -> Iterator[models.Officer]:
        """Who takes grievances."""
        return cast(
            "Iterator[models.Officer]",
            self._connection.pages(
                "GET", "/v1/privacy/officers", models.Officer, query={"limit": limit}
            ),
        )

    def officer_name(
        self,
        *,
        law: str,
        name: str,
        email: str | None = None,
        post: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Officer:
        """Name an officer."""
        return cast(
            "models.Officer",
            self._connection.ask(
                "POST",
                "/v1/privacy/officers",
                models.Officer,
                body={"law": law, "name": name, "email": email, "post": post},
                key=idempotency_key,
                keyed=True,
            ),
        )
