"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import Any, cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncPrivacyPolicyOperations(AsyncGroup):
    """``privacy.policy.…``"""

    def policy_acceptances(
        self, *, limit: int | None = None
    ) -> AsyncIterator[models.PolicyAcceptance]:
        """Who went on using the service under which version."""
        return cast(
            "AsyncIterator[models.PolicyAcceptance]",
            self._connection.pages(
                "GET",
                "/v1/privacy/policy/acceptances",
                models.PolicyAcceptance,
                query={"limit": limit},
            ),
        )

    async def policy_acknowledge(
        self, number: int, *, idempotency_key: str | None = None
    ) -> models.PolicyTold:
        """Acknowledge a version; who did is evidence."""
        return cast(
            "models.PolicyTold",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/policy/versions/{piece(number)}/acknowledge",
                models.PolicyTold,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def policy_current(self) -> models.PolicyVersion:
        """The notice in force."""
        return cast(
            "models.PolicyVersion",
            await self._connection.ask("GET", "/v1/privacy/policy/current", models.PolicyVersion),
        )

    async def policy_diff(self, after: int, before: int) -> models.PolicyDifference:
        """What leads from one version to another, who is told, what lapses."""
        return cast(
            "models.PolicyDifference",
            await self._connection.ask(
                "GET",
                f"/v1/privacy/policy/versions/{piece(after)}/changes/{piece(before)}",
                models.PolicyDifference,
            ),
        )

    async def policy_draft(self, name: str) -> builtins.dict[str, Any]:
        """The notice that a shipped pack would give here."""
        return cast(
            "builtins.dict[str, Any]",
            await self._connection.ask(
                "GET", f"/v1/privacy/policy/draft/{piece(name)}", builtins.dict[str, Any]
            ),
        )

    def policy_lint(
        self, *, limit: int | None = None, name: str | None = None, document: str | None = None
    ) -> AsyncIterator[models.PolicyFinding]:
        """What is wrong with a pack, line by line, each with the clause it goes against."""
        return cast(
            "AsyncIterator[models.PolicyFinding]",
            self._connection.pages(
                "POST",
                "/v1/privacy/policy/lint",
                models.PolicyFinding,
                query={"limit": limit},
                body={"name": name, "document": document},
                keyed=True,
            ),
        )

    def policy_packs(self, *, limit: int | None = None) -> AsyncIterator[models.PolicyPack]:
        """The packs that are shipped and how many of their clauses are kept."""
        return cast(
            "AsyncIterator[models.PolicyPack]",
            self._connection.pages(
                "GET", "/v1/privacy/policy/packs", models.PolicyPack, query={"limit": limit}
            ),
        )

    def policy_pending(self, *, limit: int | None = None) -> AsyncIterator[models.PolicyVersion]:
        """Material versions that nobody has acknowledged."""
        return cast(
            "AsyncIterator[models.PolicyVersion]",
            self._connection.pages(
                "GET", "/v1/privacy/policy/pending", models.PolicyVersion, query={"limit": limit}
            ),
        )

    async def policy_refresh(self, *, idempotency_key: str | None = None) -> models.PolicyVersion:
        """Publish a new version if what is done has changed."""
        return cast(
            "models.PolicyVersion",
            await self._connection.ask(
                "POST",
                "/v1/privacy/policy/refresh",
                models.PolicyVersion,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def policy_source(self) -> str:
        """The pack in use, as it is written."""
        return cast("str", await self._connection.ask("GET", "/v1/privacy/policy/source", str))

    def policy_told(self, *, limit: int | None = None) -> AsyncIterator[models.PolicyTold]:
        """The evidence of who was told of which version."""
        return cast(
            "AsyncIterator[models.PolicyTold]",
            self._connection.pages(
                "GET", "/v1/privacy/policy/told", models.PolicyTold, query={"limit": limit}
            ),
        )

    async def policy_use(
        self,
        *,
        name: str | None = None,
        document: str | None = None,
        effective: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.PolicyVersion:
        """Publish the notice of a pack; 201 with the version it is."""
        return cast(
            "models.PolicyVersion",
            await self._connection.ask(
                "POST",
                "/v1/privacy/policy",
                models.PolicyVersion,
                body={"name": name, "document": document, "effective": effective},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def policy_version(self, number: int) -> models.PolicyVersion:
        """One version with its notice."""
        return cast(
            "models.PolicyVersion",
            await self._connection.ask(
                "GET", f"/v1/privacy/policy/versions/{piece(number)}", models.PolicyVersion
            ),
        )

    def policy_versions(self, *, limit: int | None = None) -> AsyncIterator[models.PolicyVersion]:
        """Every version of the notice, oldest first, without its text."""
        return cast(
            "AsyncIterator[models.PolicyVersion]",
            self._connection.pages(
                "GET", "/v1/privacy/policy/versions", models.PolicyVersion, query={"limit": limit}
            ),
        )
