"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPrivacyDemandOperations(AsyncGroup):
    """``privacy.demand.…``"""

    async def demand_approve(
        self, sid: str, *, secret: str, idempotency_key: str | None = None
    ) -> models.Case:
        """One of two approves."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/approve",
                models.Case,
                body={"secret": secret},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_close(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """Everything is done."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/close",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_disclose(
        self, sid: str, *, secret: str, idempotency_key: str | None = None
    ) -> models.Archive:
        """Make the export; the token fetches it."""
        return cast(
            "models.Archive",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/disclose",
                models.Archive,
                body={"secret": secret},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_emergency(
        self,
        sid: str,
        *,
        checks: builtins.list[str],
        reason: str,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """A life."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/emergency",
                models.Case,
                body={"checks": checks, "reason": reason},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_fetch(
        self, sid: str, *, token: str, idempotency_key: str | None = None
    ) -> bytes:
        """The export, once."""
        return cast(
            "bytes",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/fetch",
                bytes,
                body={"token": token},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_gag(
        self, sid: str, *, instrument: str, until: int, idempotency_key: str | None = None
    ) -> models.Case:
        """Telling is forbidden until."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/gag",
                models.Case,
                body={"instrument": instrument, "until": until},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def demand_letters(self, *, limit: int | None = None) -> AsyncIterator[models.LetterOwed]:
        """Letters that somebody has to send: no message reaches these people."""
        return cast(
            "AsyncIterator[models.LetterOwed]",
            self._connection.pages(
                "GET", "/v1/privacy/demands/letters", models.LetterOwed, query={"limit": limit}
            ),
        )

    def demand_list(self, *, limit: int | None = None) -> AsyncIterator[models.Case]:
        """Demands, newest first."""
        return cast(
            "AsyncIterator[models.Case]",
            self._connection.pages(
                "GET", "/v1/privacy/demands", models.Case, query={"limit": limit}
            ),
        )

    async def demand_narrow(
        self,
        sid: str,
        *,
        contacts: builtins.list[str] | None = None,
        fields: builtins.list[str] | None = None,
        since: int | None = None,
        until: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """What will be given."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/narrow",
                models.Case,
                body={"contacts": contacts, "fields": fields, "since": since, "until": until},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_notify(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """The person was told, in words how; without words, tell them now."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/notify",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_object(
        self, sid: str, *, reason: str, idempotency_key: str | None = None
    ) -> models.Case:
        """Refuse, with reasons."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/object",
                models.Case,
                body={"reason": reason},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_receive(
        self,
        *,
        authority: str,
        instrument: str,
        country: str,
        contacts: builtins.list[str],
        fields: builtins.list[str],
        since: int,
        until: int,
        path: str | None = None,
        held_for_other: bool | None = None,
        words: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """Write a demand down."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                "/v1/privacy/demands",
                models.Case,
                body={
                    "authority": authority,
                    "instrument": instrument,
                    "country": country,
                    "contacts": contacts,
                    "fields": fields,
                    "since": since,
                    "until": until,
                    "path": path,
                    "held_for_other": held_for_other,
                    "words": words,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_refer(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """Send them to the owner."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/refer",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_review(
        self, sid: str, *, secret: str, words: str, idempotency_key: str | None = None
    ) -> models.Case:
        """Look back at it."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/review",
                models.Case,
                body={"secret": secret, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_show(self, sid: str) -> models.Case:
        """One demand."""
        return cast(
            "models.Case",
            await self._connection.ask("GET", f"/v1/privacy/demands/{piece(sid)}", models.Case),
        )

    async def demand_told(
        self, sid: str, *, person: str, words: str, idempotency_key: str | None = None
    ) -> models.Case:
        """A letter went out, so."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/told",
                models.Case,
                body={"person": person, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_validate(
        self, sid: str, *, checks: builtins.list[str], idempotency_key: str | None = None
    ) -> models.Case:
        """It passed these."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/validate",
                models.Case,
                body={"checks": checks},
                key=idempotency_key,
                keyed=True,
            ),
        )
