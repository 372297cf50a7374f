"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class PrivacyLeaveAloneOperations(Group):
    """``privacy.leave_alone.…``"""

    def leave_alone_add(
        self,
        *,
        number: str,
        which: str | None = None,
        how: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Choices:
        """Never call somebody again, or send them no offers."""
        return cast(
            "models.Choices",
            self._connection.ask(
                "POST",
                "/v1/privacy/leave-alone",
                models.Choices,
                body={"number": number, "which": which, "how": how},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def leave_alone_count(self) -> models.Suppressions:
        """How many people are on each list; the lists hold no numbers."""
        return cast(
            "models.Suppressions",
            self._connection.ask("GET", "/v1/privacy/leave-alone", models.Suppressions),
        )

    def leave_alone_remove(
        self,
        *,
        number: str,
        which: str | None = None,
        how: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Choices:
        """They asked to be called again."""
        return cast(
            "models.Choices",
            self._connection.ask(
                "POST",
                "/v1/privacy/leave-alone/remove",
                models.Choices,
                body={"number": number, "which": which, "how": how},
                key=idempotency_key,
                keyed=True,
            ),
        )
