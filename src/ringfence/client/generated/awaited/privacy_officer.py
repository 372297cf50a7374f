"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.generated import models


class AsyncPrivacyOfficerOperations(AsyncGroup):
    """``privacy.officer.…``"""

    def officer_list(self, *, limit: int | None = None) -> AsyncIterator[models.Officer]:
        """Who takes grievances."""
        return cast(
            "AsyncIterator[models.Officer]",
            self._connection.pages(
                "GET", "/v1/privacy/officers", models.Officer, query={"limit": limit}
            ),
        )

    async def officer_name(
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
            await self._connection.ask(
                "POST",
                "/v1/privacy/officers",
                models.Officer,
                body={"law": law, "name": name, "email": email, "post": post},
                key=idempotency_key,
                keyed=True,
            ),
        )
