"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class InboxOperations(Group):
    """``inbox.…``"""

    def count(self) -> models.InboxCount:
        """How many messages nobody has read, by number of ours."""
        return cast(
            "models.InboxCount", self._connection.ask("GET", "/v1/inbox/count", models.InboxCount)
        )

    def list(
        self, *, unread: bool | None = None, limit: int | None = None
    ) -> Iterator[models.Message]:
        """What came in, newest first; with `unread`, what nobody has read alone."""
        return cast(
            "Iterator[models.Message]",
            self._connection.pages(
                "GET", "/v1/inbox", models.Message, query={"unread": unread, "limit": limit}
            ),
        )

    def mark(
        self, sid: str, *, unread: bool | None = None, idempotency_key: str | None = None
    ) -> models.Message:
        """Mark a message as read, or as unread again."""
        return cast(
            "models.Message",
            self._connection.ask(
                "POST",
                f"/v1/inbox/{piece(sid)}/mark",
                models.Message,
                body={"unread": unread},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def read(self, sid: str, *, idempotency_key: str | None = None) -> models.Message:
        """One message that came in; from now on it has been read."""
        return cast(
            "models.Message",
            self._connection.ask(
                "POST",
                f"/v1/inbox/{piece(sid)}/read",
                models.Message,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def reply(
        self,
        sid: str,
        *,
        text: str | None = None,
        media: builtins.list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Message:
        """Answer whoever wrote a message, from the number they wrote to; it has been read then."""
        return cast(
            "models.Message",
            self._connection.ask(
                "POST",
                f"/v1/inbox/{piece(sid)}/reply",
                models.Message,
                body={"text": text, "media": media},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def search(
        self,
        *,
        limit: int | None = None,
        unread: bool | None = None,
        number: str | None = None,
        sender: str | None = None,
        text: str | None = None,
    ) -> Iterator[models.Message]:
        """What came in from somebody, to a number of ours, or with some words in it."""
        return cast(
            "Iterator[models.Message]",
            self._connection.pages(
                "POST",
                "/v1/inbox/search",
                models.Message,
                query={"limit": limit},
                body={"unread": unread, "number": number, "sender": sender, "text": text},
                keyed=True,
            ),
        )
