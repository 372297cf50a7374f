"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class PrivacyTicketOperations(Group):
    """``privacy.ticket.…``"""

    def ticket_close(self, sid: str, *, idempotency_key: str | None = None) -> models.Ticket:
        """End a time box now."""
        return cast(
            "models.Ticket",
            self._connection.ask(
                "POST",
                f"/v1/privacy/staff-tickets/{piece(sid)}/close",
                models.Ticket,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def ticket_list(self, *, limit: int | None = None) -> Iterator[models.Ticket]:
        """Every ticket, closed ones too."""
        return cast(
            "Iterator[models.Ticket]",
            self._connection.pages(
                "GET", "/v1/privacy/staff-tickets", models.Ticket, query={"limit": limit}
            ),
        )

    def ticket_open(
        self, *, matter: str, minutes: int | None = None, idempotency_key: str | None = None
    ) -> models.Ticket:
        """Let people of the host see how calls went, for a time; the secret is here only."""
        return cast(
            "models.Ticket",
            self._connection.ask(
                "POST",
                "/v1/privacy/staff-tickets",
                models.Ticket,
                body={"matter": matter, "minutes": minutes},
                key=idempotency_key,
                keyed=True,
            ),
        )
