"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncCallerIdOperations(AsyncGroup):
    """``caller_id.…``"""

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.CallerId]:
        """Every number that was confirmed."""
        return cast(
            "AsyncIterator[models.CallerId]",
            self._connection.pages(
                "GET", "/v1/caller-ids", models.CallerId, query={"limit": limit}
            ),
        )

    async def remove(self, sid: str) -> None:
        """Show it no more, from the next call on."""
        await self._connection.ask("DELETE", f"/v1/caller-ids/{piece(sid)}", type(None))

    async def rename(
        self, sid: str, *, name: str, idempotency_key: str | None = None
    ) -> models.CallerId:
        """Call it something else."""
        return cast(
            "models.CallerId",
            await self._connection.ask(
                "POST",
                f"/v1/caller-ids/{piece(sid)}",
                models.CallerId,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self, sid: str) -> models.CallerId:
        """One of them."""
        return cast(
            "models.CallerId",
            await self._connection.ask("GET", f"/v1/caller-ids/{piece(sid)}", models.CallerId),
        )

    async def verify(
        self,
        *,
        number: str,
        name: str | None = None,
        digits: str | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        delay_s: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.CallerIdCheck:
        """Call a number; who answers confirms, by the code told here, that calls may show it."""
        return cast(
            "models.CallerIdCheck",
            await self._connection.ask(
                "POST",
                "/v1/caller-ids",
                models.CallerIdCheck,
                body={
                    "number": number,
                    "name": name,
                    "digits": digits,
                    "status_url": status_url,
                    "status_method": status_method,
                    "delay_s": delay_s,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )
