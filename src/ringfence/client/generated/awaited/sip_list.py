"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncSipListOperations(AsyncGroup):
    """``sip_list.…``"""

    async def add(
        self, kind: str, *, name: str, idempotency_key: str | None = None
    ) -> models.SipList:
        """Make a list of `credentials` or of `addresses`."""
        return cast(
            "models.SipList",
            await self._connection.ask(
                "POST",
                f"/v1/sip-lists/{piece(kind)}",
                models.SipList,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, kind: str, *, limit: int | None = None) -> AsyncIterator[models.SipList]:
        """Every list of a kind."""
        return cast(
            "AsyncIterator[models.SipList]",
            self._connection.pages(
                "GET", f"/v1/sip-lists/{piece(kind)}", models.SipList, query={"limit": limit}
            ),
        )

    async def remove(self, kind: str, sid: str) -> None:
        """Remove a list and those on it. Raises `Refused` (`in_use`) while a domain has it."""
        await self._connection.ask(
            "DELETE", f"/v1/sip-lists/{piece(kind)}/{piece(sid)}", type(None)
        )

    async def rename(
        self, kind: str, sid: str, *, name: str, idempotency_key: str | None = None
    ) -> models.SipList:
        """Call it something else."""
        return cast(
            "models.SipList",
            await self._connection.ask(
                "POST",
                f"/v1/sip-lists/{piece(kind)}/{piece(sid)}",
                models.SipList,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self, kind: str, sid: str) -> models.SipList:
        """One list."""
        return cast(
            "models.SipList",
            await self._connection.ask(
                "GET", f"/v1/sip-lists/{piece(kind)}/{piece(sid)}", models.SipList
            ),
        )
