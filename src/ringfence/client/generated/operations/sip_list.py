"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class SipListOperations(Group):
    """``sip_list.…``"""

    def add(self, kind: str, *, name: str, idempotency_key: str | None = None) -> models.SipList:
        """Make a list of `credentials` or of `addresses`."""
        return cast(
            "models.SipList",
            self._connection.ask(
                "POST",
                f"/v1/sip-lists/{piece(kind)}",
                models.SipList,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, kind: str, *, limit: int | None = None) -> Iterator[models.SipList]:
        """Every list of a kind."""
        return cast(
            "Iterator[models.SipList]",
            self._connection.pages(
                "GET", f"/v1/sip-lists/{piece(kind)}", models.SipList, query={"limit": limit}
            ),
        )

    def remove(self, kind: str, sid: str) -> None:
        """Remove a list and those on it. Raises `Refused` (`in_use`) while a domain has it."""
        self._connection.ask("DELETE", f"/v1/sip-lists/{piece(kind)}/{piece(sid)}", type(None))

    def rename(
        self, kind: str, sid: str, *, name: str, idempotency_key: str | None = None
    ) -> models.SipList:
        """Call it something else."""
        return cast(
            "models.SipList",
            self._connection.ask(
                "POST",
                f"/v1/sip-lists/{piece(kind)}/{piece(sid)}",
                models.SipList,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def show(self, kind: str, sid: str) -> models.SipList:
        """One list."""
        return cast(
            "models.SipList",
            self._connection.ask(
                "GET", f"/v1/sip-lists/{piece(kind)}/{piece(sid)}", models.SipList
            ),
        )
