"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class PrivacyChildOperations(Group):
    """``privacy.child.…``"""

    def child_clear(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """It is none: lift."""
        return cast(
            "models.Case",
            self._connection.ask(
                "POST",
                f"/v1/privacy/children/{piece(sid)}/clear",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def child_confirm(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """It is a child: erase."""
        return cast(
            "models.Case",
            self._connection.ask(
                "POST",
                f"/v1/privacy/children/{piece(sid)}/confirm",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def child_list(self, *, limit: int | None = None) -> Iterator[models.Case]:
        """Reports, newest first."""
        return cast(
            "Iterator[models.Case]",
            self._connection.pages(
                "GET", "/v1/privacy/children", models.Case, query={"limit": limit}
            ),
        )

    def child_report(
        self, *, contact: str, words: str | None = None, residence: str | None = None
    ) -> models.Asked:
        """Report a child."""
        return cast(
            "models.Asked",
            self._connection.ask(
                "POST",
                "/v1/privacy/children/report",
                models.Asked,
                body={"contact": contact, "words": words, "residence": residence},
            ),
        )

    def child_show(self, sid: str) -> models.Case:
        """One report."""
        return cast(
            "models.Case",
            self._connection.ask("GET", f"/v1/privacy/children/{piece(sid)}", models.Case),
        )
