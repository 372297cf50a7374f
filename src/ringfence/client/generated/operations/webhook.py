"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class WebhookOperations(Group):
    """``webhook.…``"""

    def add(
        self,
        *,
        url: str,
        events: builtins.list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Webhook:
        """Have a server told of events: `message.received`, `message.sent`, `message.delivered`, `message.undelivered`, `message.failed`, `message.canceled`, `message.read`."""
        return cast(
            "models.Webhook",
            self._connection.ask(
                "POST",
                "/v1/webhooks",
                models.Webhook,
                body={"url": url, "events": events},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> Iterator[models.Webhook]:
        """Who is told of events."""
        return cast(
            "Iterator[models.Webhook]",
            self._connection.pages("GET", "/v1/webhooks", models.Webhook, query={"limit": limit}),
        )

    def remove(self, sid: str) -> None:
        """Tell it nothing more; what waits already is told."""
        self._connection.ask("DELETE", f"/v1/webhooks/{piece(sid)}", type(None))

    def show(self, sid: str) -> models.Webhook:
        """One of them."""
        return cast(
            "models.Webhook",
            self._connection.ask("GET", f"/v1/webhooks/{piece(sid)}", models.Webhook),
        )
