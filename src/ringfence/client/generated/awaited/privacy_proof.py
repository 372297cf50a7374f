"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPrivacyProofOperations(AsyncGroup):
    """``privacy.proof.…``"""

    async def proof_begin(
        self, *, people: int | None = None, idempotency_key: str | None = None
    ) -> models.Work:
        """Begin a proof: made-up people go through everything, are erased, and every byte of the data folder and the backups is searched."""
        return cast(
            "models.Work",
            await self._connection.ask(
                "POST",
                "/v1/privacy/proofs",
                models.Work,
                body={"people": people},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def proof_report(self, sid: str) -> bytes:
        """Return the signed report of a proof as text; 404 before it is done."""
        return cast(
            "bytes",
            await self._connection.ask("GET", f"/v1/privacy/proofs/{piece(sid)}/report", bytes),
        )
