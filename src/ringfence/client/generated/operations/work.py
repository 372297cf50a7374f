"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class WorkOperations(Group):
    """``work.…``"""

    def cancel(self, sid: str, *, idempotency_key: str | None = None) -> models.Work:
        """Stop it; what it had begun is tidied away."""
        return cast(
            "models.Work",
            self._connection.ask(
                "POST",
                f"/v1/work/{piece(sid)}/cancel",
                models.Work,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> Iterator[models.Work]:
        """Long work since the server started, newest first."""
        return cast(
            "Iterator[models.Work]",
            self._connection.pages("GET", "/v1/work", models.Work, query={"limit": limit}),
        )

    def show(self, sid: str) -> models.Work:
        """How far it is, and what came of it."""
        return cast(
            "models.Work", self._connection.ask("GET", f"/v1/work/{piece(sid)}", models.Work)
        )
