"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.generated import models


class AsyncTariffOperations(AsyncGroup):
    """``tariff.…``"""

    async def import_(
        self,
        *,
        text: str,
        currency: str | None = None,
        sid: str | None = None,
        since: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Tariff:
        """Set a whole tariff from the text of a TOML or CSV file: a new version."""
        return cast(
            "models.Tariff",
            await self._connection.ask(
                "POST",
                "/v1/tariffs",
                models.Tariff,
                body={"text": text, "currency": currency, "sid": sid, "since": since},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(
        self, *, sid: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Tariff]:
        """Every version of the installation's tariff, or of an account's own (`sid`)."""
        return cast(
            "AsyncIterator[models.Tariff]",
            self._connection.pages(
                "GET", "/v1/tariffs", models.Tariff, query={"sid": sid, "limit": limit}
            ),
        )

    async def remove(
        self,
        *,
        service: str,
        to: str | None = None,
        sid: str | None = None,
        since: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Tariff:
        """Take one rate out: a new version without it."""
        return cast(
            "models.Tariff",
            await self._connection.ask(
                "POST",
                "/v1/tariffs/rates/remove",
                models.Tariff,
                body={"service": service, "to": to, "sid": sid, "since": since},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def set(
        self,
        *,
        service: str,
        price: str,
        to: str | None = None,
        per: str | None = None,
        increment: str | None = None,
        currency: str | None = None,
        sid: str | None = None,
        since: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Tariff:
        """Set one rate: a new version, with the other rates of the newest one."""
        return cast(
            "models.Tariff",
            await self._connection.ask(
                "POST",
                "/v1/tariffs/rates",
                models.Tariff,
                body={
                    "service": service,
                    "price": price,
                    "to": to,
                    "per": per,
                    "increment": increment,
                    "currency": currency,
                    "sid": sid,
                    "since": since,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self) -> models.Tariff | None:
        """What the account pays by at present; null: nothing costs."""
        return cast(
            "models.Tariff | None",
            await self._connection.ask("GET", "/v1/tariffs/current", models.Tariff | None),
        )
