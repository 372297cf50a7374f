"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class PrivacyApproverOperations(Group):
    """``privacy.approver.…``"""

    def approver_add(self, *, name: str, idempotency_key: str | None = None) -> models.Approver:
        """One who may approve."""
        return cast(
            "models.Approver",
            self._connection.ask(
                "POST",
                "/v1/privacy/approvers",
                models.Approver,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def approver_list(self, *, limit: int | None = None) -> Iterator[models.Approver]:
        """Who may approve."""
        return cast(
            "Iterator[models.Approver]",
            self._connection.pages(
                "GET", "/v1/privacy/approvers", models.Approver, query={"limit": limit}
            ),
        )

    def approver_remove(self, sid: str, *, idempotency_key: str | None = None) -> models.Done:
        """One who may no longer."""
        return cast(
            "models.Done",
            self._connection.ask(
                "POST",
                f"/v1/privacy/approvers/{piece(sid)}/remove",
                models.Done,
                key=idempotency_key,
                keyed=True,
            ),
        )
