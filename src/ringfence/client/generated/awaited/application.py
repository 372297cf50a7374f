"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncApplicationOperations(AsyncGroup):
    """``application.…``"""

    async def add(
        self,
        *,
        name: str | None = None,
        hooks: builtins.dict[str, models.HookWanted] | None = None,
        caller_name_lookup: bool | None = None,
        public_connect: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Application:
        """Keep URLs under a name."""
        return cast(
            "models.Application",
            await self._connection.ask(
                "POST",
                "/v1/applications",
                models.Application,
                body={
                    "name": name,
                    "hooks": hooks,
                    "caller_name_lookup": caller_name_lookup,
                    "public_connect": public_connect,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self,
        sid: str,
        *,
        name: str | None = None,
        hooks: builtins.dict[str, models.HookWanted] | None = None,
        caller_name_lookup: bool | None = None,
        public_connect: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Application:
        """Change its URLs."""
        return cast(
            "models.Application",
            await self._connection.ask(
                "POST",
                f"/v1/applications/{piece(sid)}",
                models.Application,
                body={
                    "name": name,
                    "hooks": hooks,
                    "caller_name_lookup": caller_name_lookup,
                    "public_connect": public_connect,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Application]:
        """URLs under one name each."""
        return cast(
            "AsyncIterator[models.Application]",
            self._connection.pages(
                "GET", "/v1/applications", models.Application, query={"limit": limit}
            ),
        )

    async def remove(self, sid: str) -> None:
        """Forget an application."""
        await self._connection.ask("DELETE", f"/v1/applications/{piece(sid)}", type(None))

    async def show(self, sid: str) -> models.Application:
        """One application."""
        return cast(
            "models.Application",
            await self._connection.ask("GET", f"/v1/applications/{piece(sid)}", models.Application),
        )
