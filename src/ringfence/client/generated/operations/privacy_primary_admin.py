"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class PrivacyPrimaryAdminOperations(Group):
    """``privacy.primary_admin.…``"""

    def primary_admin_set(self, *, email: str) -> models.PrimaryAdmin:
        """Name who is told; what the last one was not told yet, the new one is."""
        return cast(
            "models.PrimaryAdmin",
            self._connection.ask(
                "PUT", "/v1/privacy/primary-admin", models.PrimaryAdmin, body={"email": email}
            ),
        )

    def primary_admin_show(self) -> models.PrimaryAdmin:
        """Who is told of material changes."""
        return cast(
            "models.PrimaryAdmin",
            self._connection.ask("GET", "/v1/privacy/primary-admin", models.PrimaryAdmin),
        )
