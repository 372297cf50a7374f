"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class PrivacyRetentionOperations(Group):
    """``privacy.retention.…``"""

    def retention_preview(self, *, limit: int | None = None) -> Iterator[models.SweepDue]:
        """What the next sweep will remove, kind by kind."""
        return cast(
            "Iterator[models.SweepDue]",
            self._connection.pages(
                "GET", "/v1/privacy/retention/preview", models.SweepDue, query={"limit": limit}
            ),
        )

    def retention_rules(self, *, limit: int | None = None) -> Iterator[models.RetentionTerm]:
        """How long each kind of record is kept, and by whose law."""
        return cast(
            "Iterator[models.RetentionTerm]",
            self._connection.pages(
                "GET", "/v1/privacy/retention", models.RetentionTerm, query={"limit": limit}
            ),
        )

    def retention_sweep(
        self, *, clock_is_right: bool | None = None, limit: int | None = None
    ) -> Iterator[models.SweepDue]:
        """Remove now what is older than it may be; what went, kind by kind."""
        return cast(
            "Iterator[models.SweepDue]",
            self._connection.pages(
                "POST",
                "/v1/privacy/retention/sweep",
                models.SweepDue,
                query={"clock_is_right": clock_is_right, "limit": limit},
                keyed=True,
            ),
        )
