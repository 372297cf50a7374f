"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncAccountOperations(AsyncGroup):
    """``account.…``"""

    async def add(
        self, *, name: str, trial: bool | None = None, idempotency_key: str | None = None
    ) -> models.Account:
        """Make an account below this one; its token is told this once. A `trial` one lives on its own credit."""
        return cast(
            "models.Account",
            await self._connection.ask(
                "POST",
                "/v1/accounts",
                models.Account,
                body={"name": name, "trial": trial},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self,
        sid: str,
        *,
        name: str | None = None,
        status: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Account:
        """Rename one, or make it `suspended`, `active` again, `full` after a trial, or `closed` for ever."""
        return cast(
            "models.Account",
            await self._connection.ask(
                "POST",
                f"/v1/accounts/{piece(sid)}",
                models.Account,
                body={"name": name, "status": status},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def compromised(
        self, *, words: str, idempotency_key: str | None = None
    ) -> models.Stopped:
        """The account was stolen: stop everything."""
        return cast(
            "models.Stopped",
            await self._connection.ask(
                "POST",
                "/v1/privacy/compromised",
                models.Stopped,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def find(self, sid: str) -> models.Account:
        """One of them."""
        return cast(
            "models.Account",
            await self._connection.ask("GET", f"/v1/accounts/{piece(sid)}", models.Account),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Account]:
        """Every account below this one, closed ones too; never a token."""
        return cast(
            "AsyncIterator[models.Account]",
            self._connection.pages("GET", "/v1/accounts", models.Account, query={"limit": limit}),
        )

    async def show(self) -> models.Account:
        """The account of this installation."""
        return cast(
            "models.Account", await self._connection.ask("GET", "/v1/account", models.Account)
        )
