"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncAppOperations(AsyncGroup):
    """``app.…``"""

    async def add(
        self,
        *,
        name: str,
        scopes: builtins.list[str],
        purposes: builtins.list[str],
        redirects: builtins.list[str] | None = None,
        role: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.App:
        """Make an app; its secret is in this answer only."""
        return cast(
            "models.App",
            await self._connection.ask(
                "POST",
                "/v1/apps",
                models.App,
                body={
                    "name": name,
                    "scopes": scopes,
                    "purposes": purposes,
                    "redirects": redirects,
                    "role": role,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def end_grant(self, sid: str, *, idempotency_key: str | None = None) -> None:
        """Allow an app no longer what it was allowed."""
        await self._connection.ask(
            "POST", f"/v1/app-grants/{piece(sid)}/end", type(None), key=idempotency_key, keyed=True
        )

    def grants(
        self, *, app: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Grant]:
        """What stands: who allowed which app what."""
        return cast(
            "AsyncIterator[models.Grant]",
            self._connection.pages(
                "GET", "/v1/app-grants", models.Grant, query={"app": app, "limit": limit}
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.App]:
        """Every app, revoked ones too."""
        return cast(
            "AsyncIterator[models.App]",
            self._connection.pages("GET", "/v1/apps", models.App, query={"limit": limit}),
        )

    async def revoke(self, sid: str, *, idempotency_key: str | None = None) -> models.App:
        """End an app at once, with everything it was allowed."""
        return cast(
            "models.App",
            await self._connection.ask(
                "POST", f"/v1/apps/{piece(sid)}/revoke", models.App, key=idempotency_key, keyed=True
            ),
        )
