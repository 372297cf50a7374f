"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPrivacyEraseOperations(AsyncGroup):
    """``privacy.erase.…``"""

    async def erase_execute(
        self, sid: str, *, idempotency_key: str | None = None
    ) -> models.Erasure:
        """Carry a plan out. Asking again answers the same and changes nothing."""
        return cast(
            "models.Erasure",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/erasures/{piece(sid)}/execute",
                models.Erasure,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def erase_list(self, *, limit: int | None = None) -> AsyncIterator[models.Erasure]:
        """Erasures that were begun, newest first."""
        return cast(
            "AsyncIterator[models.Erasure]",
            self._connection.pages(
                "GET", "/v1/privacy/erasures", models.Erasure, query={"limit": limit}
            ),
        )

    async def erase_plan(
        self, *, address: str, reason: str | None = None, idempotency_key: str | None = None
    ) -> models.Erasure:
        """Plan: what is stored about whoever has this number, what is done with it, when, why. Nothing is touched yet; a number nobody has heard of is answered in the same way."""
        return cast(
            "models.Erasure",
            await self._connection.ask(
                "POST",
                "/v1/privacy/erasures",
                models.Erasure,
                body={"address": address, "reason": reason},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def erase_receipt(self, sid: str) -> bytes:
        """Return the signed receipt as text; 404 before the erasure is done."""
        return cast(
            "bytes",
            await self._connection.ask("GET", f"/v1/privacy/erasures/{piece(sid)}/receipt", bytes),
        )

    async def erase_show(self, sid: str) -> models.Erasure:
        """A plan, or an erasure with its receipt."""
        return cast(
            "models.Erasure",
            await self._connection.ask("GET", f"/v1/privacy/erasures/{piece(sid)}", models.Erasure),
        )
