"""What the edges may ask for, whoever answers.

The command line (over the control socket) and HTTP both speak to an object of this shape; the
composition root supplies it. An edge translates, calls, renders, and decides nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

OPERATOR = "operator"
"""Whoever may open the data folder: the command line."""
API = "api"
"""Whoever knows the account's auth token."""
ADMIN = "admin"
"""Whoever signed in with the one-time link."""
PUBLIC = "public"
"""Anybody who can reach the port."""

STREAMS = frozenset(
    {
        "recording.export",
        "timeline.follow",
        "event.follow",
        "privacy.rights.fetch",
        "privacy.case.fetch",
        "privacy.demand.fetch",
        "backup.fetch",
        "privacy.audit.archive",
        "privacy.audit.proofs",
    }
)
"""Use cases that answer with a stream of items instead of one result."""


class UseCases(Protocol):
    """Everything the installation can do, by name.

    Both raise `ringfence.kernel.errors.Refused` with a stable code: ``unknown_use_case``,
    ``bad_argument``, ``not_found``, ``not_authorized``, ``not_running`` and those of the domain.
    """

    async def run(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> Any:
        """Carry out one use case and return a view (``ringfence.api.views``) or None.

        ``account``: which account it is asked of; None for that of whoever asks.
        """
        ...

    def follow(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> AsyncIterator[Any]:
        """Carry out a use case of `STREAMS` and yield its items until it ends or is closed."""
        ...
