"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class SystemOperations(Group):
    """``system.…``"""

    def doctor(self, *, limit: int | None = None) -> Iterator[models.AboutFinding]:
        """What is wrong with the installation, with the command that mends each."""
        return cast(
            "Iterator[models.AboutFinding]",
            self._connection.pages(
                "GET", "/v1/doctor", models.AboutFinding, query={"limit": limit}
            ),
        )

    def health(self) -> models.Health:
        """Whether calls are taken with audio."""
        return cast(
            "models.Health", self._connection.ask("GET", "/v1/system/health", models.Health)
        )

    def metrics(self) -> models.Metrics:
        """Counters, none of which is about a person."""
        return cast(
            "models.Metrics", self._connection.ask("GET", "/v1/system/metrics", models.Metrics)
        )

    def status(self) -> models.Status:
        """How the running installation is."""
        return cast("models.Status", self._connection.ask("GET", "/v1/system", models.Status))
