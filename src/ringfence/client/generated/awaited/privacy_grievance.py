"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPrivacyGrievanceOperations(AsyncGroup):
    """``privacy.grievance.…``"""

    async def grievance_close(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """File it away."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/close",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def grievance_extend(
        self, sid: str, *, days: int, words: str, idempotency_key: str | None = None
    ) -> models.Case:
        """More time, once."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/extend",
                models.Case,
                body={"days": days, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def grievance_figures(self) -> models.GrievanceReport:
        """How grievances ended."""
        return cast(
            "models.GrievanceReport",
            await self._connection.ask(
                "GET", "/v1/privacy/grievances/figures", models.GrievanceReport
            ),
        )

    async def grievance_file(
        self,
        *,
        words: str,
        about: str | None = None,
        residence: str | None = None,
        contact: str | None = None,
    ) -> models.Asked:
        """Say what is wrong."""
        return cast(
            "models.Asked",
            await self._connection.ask(
                "POST",
                "/v1/privacy/grievances/file",
                models.Asked,
                body={"words": words, "about": about, "residence": residence, "contact": contact},
            ),
        )

    def grievance_list(self, *, limit: int | None = None) -> AsyncIterator[models.Case]:
        """Grievances, newest first."""
        return cast(
            "AsyncIterator[models.Case]",
            self._connection.pages(
                "GET", "/v1/privacy/grievances", models.Case, query={"limit": limit}
            ),
        )

    async def grievance_settle(
        self,
        sid: str,
        *,
        words: str,
        redress: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """How it ends."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/settle",
                models.Case,
                body={"words": words, "redress": redress},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def grievance_show(self, sid: str) -> models.Case:
        """One grievance."""
        return cast(
            "models.Case",
            await self._connection.ask("GET", f"/v1/privacy/grievances/{piece(sid)}", models.Case),
        )

    async def grievance_status(self, *, reference: str) -> models.CaseStatus:
        """How far it is."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/grievances/status",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )

    async def grievance_take(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """Look into it."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/take",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def grievance_take_back(self, *, reference: str) -> models.CaseStatus:
        """Take a grievance back."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/grievances/take-back",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )

    async def grievance_withdraw(
        self, sid: str, *, idempotency_key: str | None = None
    ) -> models.Case:
        """It was taken back."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/withdraw",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )
