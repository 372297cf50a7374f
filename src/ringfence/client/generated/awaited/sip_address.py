"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncSipAddressOperations(AsyncGroup):
    """``sip_address.…``"""

    async def add(
        self,
        list_sid: str,
        *,
        address: str,
        prefix: int | None = None,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SipAddress:
        """Put an address, or the network around it, on a list."""
        return cast(
            "models.SipAddress",
            await self._connection.ask(
                "POST",
                f"/v1/sip-addresses/{piece(list_sid)}",
                models.SipAddress,
                body={"address": address, "prefix": prefix, "name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self,
        list_sid: str,
        sid: str,
        *,
        address: str | None = None,
        prefix: int | None = None,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SipAddress:
        """Change what is on a list."""
        return cast(
            "models.SipAddress",
            await self._connection.ask(
                "POST",
                f"/v1/sip-addresses/{piece(list_sid)}/{piece(sid)}",
                models.SipAddress,
                body={"address": address, "prefix": prefix, "name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, list_sid: str, *, limit: int | None = None) -> AsyncIterator[models.SipAddress]:
        """What is on a list."""
        return cast(
            "AsyncIterator[models.SipAddress]",
            self._connection.pages(
                "GET",
                f"/v1/sip-addresses/{piece(list_sid)}",
                models.SipAddress,
                query={"limit": limit},
            ),
        )

    async def remove(self, list_sid: str, sid: str) -> None:
        """Take an address off a list."""
        await self._connection.ask(
            "DELETE", f"/v1/sip-addresses/{piece(list_sid)}/{piece(sid)}", type(None)
        )
