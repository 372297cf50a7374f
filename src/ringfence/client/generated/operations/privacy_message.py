"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class PrivacyMessageOperations(Group):
    """``privacy.message.…``"""

    def message_list(self, *, limit: int | None = None) -> Iterator[models.PolicyMail]:
        """Messages, newest first, without addresses and texts."""
        return cast(
            "Iterator[models.PolicyMail]",
            self._connection.pages(
                "GET", "/v1/privacy/messages", models.PolicyMail, query={"limit": limit}
            ),
        )

    def message_lists(self, *, to: str, idempotency_key: str | None = None) -> models.Listed:
        """The lists an address is on, and whether it declined."""
        return cast(
            "models.Listed",
            self._connection.ask(
                "POST",
                "/v1/privacy/subscriptions/of",
                models.Listed,
                body={"to": to},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def message_received(
        self, *, to: str, text: str, idempotency_key: str | None = None
    ) -> models.Listed:
        """Take an answer to a message; STOP ends advertising."""
        return cast(
            "models.Listed",
            self._connection.ask(
                "POST",
                "/v1/privacy/messages/received",
                models.Listed,
                body={"to": to, "text": text},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def message_send(
        self,
        *,
        template: str,
        to: str,
        fields: builtins.dict[str, str],
        reason: str,
        product: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.PolicyMail:
        """Ask for one message by e-mail."""
        return cast(
            "models.PolicyMail",
            self._connection.ask(
                "POST",
                "/v1/privacy/messages",
                models.PolicyMail,
                body={
                    "template": template,
                    "to": to,
                    "fields": fields,
                    "reason": reason,
                    "product": product,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def message_subscribe(
        self,
        *,
        to: str,
        name: str,
        ground: str,
        evidence: str,
        product: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Listed:
        """Put somebody on a list."""
        return cast(
            "models.Listed",
            self._connection.ask(
                "POST",
                "/v1/privacy/subscriptions",
                models.Listed,
                body={
                    "to": to,
                    "name": name,
                    "ground": ground,
                    "evidence": evidence,
                    "product": product,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def message_suppress(self, *, to: str) -> models.Listed:
        """Send an address no more advertising."""
        return cast(
            "models.Listed",
            self._connection.ask(
                "DELETE", "/v1/privacy/subscriptions", models.Listed, body={"to": to}
            ),
        )
