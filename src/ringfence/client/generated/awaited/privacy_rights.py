"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.generated import models


class AsyncPrivacyRightsOperations(AsyncGroup):
    """``privacy.rights.…``"""

    async def rights_ask(
        self,
        *,
        kind: str,
        contact: str,
        residence: str | None = None,
        words: str | None = None,
        details: builtins.dict[str, str] | None = None,
    ) -> models.Asked:
        """Ask for a right."""
        return cast(
            "models.Asked",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests",
                models.Asked,
                body={
                    "kind": kind,
                    "contact": contact,
                    "residence": residence,
                    "words": words,
                    "details": details,
                },
            ),
        )

    async def rights_code(self, *, reference: str) -> models.CaseStatus:
        """Send another code."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests/code",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )

    async def rights_fetch(self, *, reference: str) -> bytes:
        """Fetch the archive, once."""
        return cast(
            "bytes",
            await self._connection.ask(
                "POST", "/v1/privacy/requests/archive", bytes, body={"reference": reference}
            ),
        )

    async def rights_status(self, *, reference: str) -> models.CaseStatus:
        """How far it is."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests/status",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )

    async def rights_verify(self, *, reference: str, code: str) -> models.CaseStatus:
        """Show the code."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests/verify",
                models.CaseStatus,
                body={"reference": reference, "code": code},
            ),
        )

    async def rights_withdraw(self, *, reference: str) -> models.CaseStatus:
        """Take a request back."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests/withdraw",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )
