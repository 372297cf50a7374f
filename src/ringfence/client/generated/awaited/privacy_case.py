"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPrivacyCaseOperations(AsyncGroup):
    """``privacy.case.…``"""

    async def case_answer(
        self,
        sid: str,
        *,
        words: str | None = None,
        details: builtins.dict[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """Grant and carry out."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/answer",
                models.Case,
                body={"words": words, "details": details},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_archive(self, sid: str, *, idempotency_key: str | None = None) -> models.Archive:
        """Make the archive; the token fetches it."""
        return cast(
            "models.Archive",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/archive",
                models.Archive,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_charge(
        self,
        sid: str,
        *,
        amount: str,
        ground: str | None = None,
        words: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """A fee, where it may be."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/charge",
                models.Case,
                body={"amount": amount, "ground": ground, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_close(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """File it away."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/close",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_code(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """Send another code."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/code",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_extend(
        self, sid: str, *, reason: str, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """More time, once."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/extend",
                models.Case,
                body={"reason": reason, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_fetch(
        self, sid: str, *, token: str, idempotency_key: str | None = None
    ) -> bytes:
        """The archive, once."""
        return cast(
            "bytes",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/archive/fetch",
                bytes,
                body={"token": token},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_identify(
        self, sid: str, *, method: str, idempotency_key: str | None = None
    ) -> models.Case:
        """It is known who asks."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/identify",
                models.Case,
                body={"method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def case_list(
        self, *, state: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Case]:
        """Requests, newest first."""
        return cast(
            "AsyncIterator[models.Case]",
            self._connection.pages(
                "GET", "/v1/privacy/cases", models.Case, query={"state": state, "limit": limit}
            ),
        )

    async def case_mail(self, *, raw: str, idempotency_key: str | None = None) -> models.Asked:
        """A letter by e-mail."""
        return cast(
            "models.Asked",
            await self._connection.ask(
                "POST",
                "/v1/privacy/cases/mail",
                models.Asked,
                body={"raw": raw},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_open(
        self,
        *,
        kind: str,
        contact: str,
        residence: str | None = None,
        words: str | None = None,
        details: builtins.dict[str, str] | None = None,
        method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """Write down a request that came on paper."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                "/v1/privacy/cases",
                models.Case,
                body={
                    "kind": kind,
                    "contact": contact,
                    "residence": residence,
                    "words": words,
                    "details": details,
                    "method": method,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_refuse(
        self, sid: str, *, reason: str, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """Refuse, with the reason."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/refuse",
                models.Case,
                body={"reason": reason, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_show(self, sid: str) -> models.Case:
        """One request."""
        return cast(
            "models.Case",
            await self._connection.ask("GET", f"/v1/privacy/cases/{piece(sid)}", models.Case),
        )

    async def case_verify(
        self, sid: str, *, code: str, idempotency_key: str | None = None
    ) -> models.Case:
        """The code they read out."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/verify",
                models.Case,
                body={"code": code},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_withdraw(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """It was taken back."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/withdraw",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )
