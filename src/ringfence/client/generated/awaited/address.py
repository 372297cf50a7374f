"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncAddressOperations(AsyncGroup):
    """``address.…``"""

    async def add(
        self,
        *,
        customer: str,
        street: str,
        city: str,
        region: str,
        postal_code: str,
        country: str,
        street_more: str | None = None,
        name: str | None = None,
        contact: str | None = None,
        emergency: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.DeskAddress:
        """Keep the address of a customer, whom a number is given to."""
        return cast(
            "models.DeskAddress",
            await self._connection.ask(
                "POST",
                "/v1/addresses",
                models.DeskAddress,
                body={
                    "customer": customer,
                    "street": street,
                    "city": city,
                    "region": region,
                    "postal_code": postal_code,
                    "country": country,
                    "street_more": street_more,
                    "name": name,
                    "contact": contact,
                    "emergency": emergency,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self,
        sid: str,
        *,
        customer: str | None = None,
        street: str | None = None,
        street_more: str | None = None,
        city: str | None = None,
        region: str | None = None,
        postal_code: str | None = None,
        name: str | None = None,
        emergency: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.DeskAddress:
        """Change some of it."""
        return cast(
            "models.DeskAddress",
            await self._connection.ask(
                "POST",
                f"/v1/addresses/{piece(sid)}",
                models.DeskAddress,
                body={
                    "customer": customer,
                    "street": street,
                    "street_more": street_more,
                    "city": city,
                    "region": region,
                    "postal_code": postal_code,
                    "name": name,
                    "emergency": emergency,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.DeskAddress]:
        """Addresses of customers."""
        return cast(
            "AsyncIterator[models.DeskAddress]",
            self._connection.pages(
                "GET", "/v1/addresses", models.DeskAddress, query={"limit": limit}
            ),
        )

    def numbers(self, sid: str, *, limit: int | None = None) -> AsyncIterator[models.Number]:
        """Our numbers that are given by it."""
        return cast(
            "AsyncIterator[models.Number]",
            self._connection.pages(
                "GET", f"/v1/addresses/{piece(sid)}/numbers", models.Number, query={"limit": limit}
            ),
        )

    async def remove(self, sid: str) -> None:
        """Forget an address."""
        await self._connection.ask("DELETE", f"/v1/addresses/{piece(sid)}", type(None))

    async def show(self, sid: str) -> models.DeskAddress:
        """One address."""
        return cast(
            "models.DeskAddress",
            await self._connection.ask("GET", f"/v1/addresses/{piece(sid)}", models.DeskAddress),
        )
