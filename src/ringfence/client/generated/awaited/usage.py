"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncUsageOperations(AsyncGroup):
    """``usage.…``"""

    def records(
        self,
        *,
        period: str | None = None,
        span: str | None = None,
        since: str | None = None,
        until: str | None = None,
        category: str | None = None,
        below: bool | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.UsageRecord]:
        """Calls, recordings and messages counted, by day, month, year or the whole span."""
        return cast(
            "AsyncIterator[models.UsageRecord]",
            self._connection.pages(
                "GET",
                "/v1/usage",
                models.UsageRecord,
                query={
                    "period": period,
                    "span": span,
                    "since": since,
                    "until": until,
                    "category": category,
                    "below": below,
                    "limit": limit,
                },
            ),
        )

    async def trigger_add(
        self,
        *,
        category: str,
        value: str,
        url: str,
        method: str | None = None,
        by: str | None = None,
        recurring: str | None = None,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.UsageTrigger:
        """Have a server told once a category reaches an amount; `+5`: five more than now."""
        return cast(
            "models.UsageTrigger",
            await self._connection.ask(
                "POST",
                "/v1/usage-triggers",
                models.UsageTrigger,
                body={
                    "category": category,
                    "value": value,
                    "url": url,
                    "method": method,
                    "by": by,
                    "recurring": recurring,
                    "name": name,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def trigger_change(
        self,
        sid: str,
        *,
        name: str | None = None,
        url: str | None = None,
        method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.UsageTrigger:
        """Change its name, or who is told."""
        return cast(
            "models.UsageTrigger",
            await self._connection.ask(
                "POST",
                f"/v1/usage-triggers/{piece(sid)}",
                models.UsageTrigger,
                body={"name": name, "url": url, "method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def trigger_list(self, *, limit: int | None = None) -> AsyncIterator[models.UsageTrigger]:
        """Every trigger, and how much was used by now."""
        return cast(
            "AsyncIterator[models.UsageTrigger]",
            self._connection.pages(
                "GET", "/v1/usage-triggers", models.UsageTrigger, query={"limit": limit}
            ),
        )

    async def trigger_remove(self, sid: str) -> None:
        """Tell nobody any more."""
        await self._connection.ask("DELETE", f"/v1/usage-triggers/{piece(sid)}", type(None))

    async def trigger_show(self, sid: str) -> models.UsageTrigger:
        """One trigger."""
        return cast(
            "models.UsageTrigger",
            await self._connection.ask(
                "GET", f"/v1/usage-triggers/{piece(sid)}", models.UsageTrigger
            ),
        )
