"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.generated import models


class AsyncBalanceOperations(AsyncGroup):
    """``balance.…``"""

    async def adjust(
        self,
        *,
        amount: str,
        reason: str,
        sid: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Balance:
        """Add to a balance, or take away (`-1.50`), and say why."""
        return cast(
            "models.Balance",
            await self._connection.ask(
                "POST",
                "/v1/balance/adjustments",
                models.Balance,
                body={"amount": amount, "reason": reason, "sid": sid},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def credit(
        self,
        *,
        amount: str,
        reason: str | None = None,
        sid: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Balance:
        """Top up the balance, or that of a trial account below this one."""
        return cast(
            "models.Balance",
            await self._connection.ask(
                "POST",
                "/v1/balance/credits",
                models.Balance,
                body={"amount": amount, "reason": reason, "sid": sid},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def limit(
        self,
        *,
        amount: str | None = None,
        sid: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Balance:
        """Say how far below nothing a balance may go."""
        return cast(
            "models.Balance",
            await self._connection.ask(
                "POST",
                "/v1/balance/limit",
                models.Balance,
                body={"amount": amount, "sid": sid},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def movements(self, *, limit: int | None = None) -> AsyncIterator[models.Movement]:
        """Credits, adjustments and fees, the newest first."""
        return cast(
            "AsyncIterator[models.Movement]",
            self._connection.pages(
                "GET", "/v1/balance/movements", models.Movement, query={"limit": limit}
            ),
        )

    async def show(self) -> models.Balance:
        """What is left to the account, and who pays for it."""
        return cast(
            "models.Balance", await self._connection.ask("GET", "/v1/balance", models.Balance)
        )
