"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class SipAddressOperations(Group):
    """``sip_address.…``"""

    def add(
        self,
        list_sid: str,
        *,
        address: str,
        prefix: int | None = None,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SipAddress:
        """Put an address, or the network around it, on a list."""
        return cast(
            "models.SipAddress",
            self._connection.ask(
                "POST",
                f"/v1/sip-addresses/{piece(list_sid)}",
                models.SipAddress,
                body={"address": address, "prefix": prefix, "name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def change(
        self,
        list_sid: str,
        sid: str,
        *,
        address: str | None = None,
        prefix: int | None = None,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SipAddress:
        """Change what is on a list."""
        return cast(
            "models.SipAddress",
            self._connection.ask(
                "POST",
                f"/v1/sip-addresses/{piece(list_sid)}/{piece(sid)}",
                models.SipAddress,
                body={"address": address, "prefix": prefix, "name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, list_sid: str, *, limit: int | None = None) -> Iterator[models.SipAddress]:
        """What is on a list."""
        return cast(
            "Iterator[models.SipAddress]",
            self._connection.pages(
                "GET",
                f"/v1/sip-addresses/{piece(list_sid)}",
                models.SipAddress,
                query={"limit": limit},
            ),
        )

    def remove(self, list_sid: str, sid: str) -> None:
        """Take an address off a list."""
        self._connection.ask(
            "DELETE", f"/v1/sip-addresses/{piece(list_sid)}/{piece(sid)}", type(None)
        )
