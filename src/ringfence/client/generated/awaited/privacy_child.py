"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPrivacyChildOperations(AsyncGroup):
    """``privacy.child.…``"""

    async def child_clear(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """It is none: lift."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/children/{piece(sid)}/clear",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def child_confirm(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """It is a child: erase."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/children/{piece(sid)}/confirm",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def child_list(self, *, limit: int | None = None) -> AsyncIterator[models.Case]:
        """Reports, newest first."""
        return cast(
            "AsyncIterator[models.Case]",
            self._connection.pages(
                "GET", "/v1/privacy/children", models.Case, query={"limit": limit}
            ),
        )

    async def child_report(
        self, *, contact: str, words: str | None = None, residence: str | None = None
    ) -> models.Asked:
        """Report a child."""
        return cast(
            "models.Asked",
            await self._connection.ask(
                "POST",
                "/v1/privacy/children/report",
                models.Asked,
                body={"contact": contact, "words": words, "residence": residence},
            ),
        )

    async def child_show(self, sid: str) -> models.Case:
        """One report."""
        return cast(
            "models.Case",
            await self._connection.ask("GET", f"/v1/privacy/children/{piece(sid)}", models.Case),
        )
