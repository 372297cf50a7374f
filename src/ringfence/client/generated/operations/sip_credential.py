"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class SipCredentialOperations(Group):
    """``sip_credential.…``"""

    def add(
        self, list_sid: str, *, username: str, password: str, idempotency_key: str | None = None
    ) -> models.SipCredential:
        """Let somebody prove by a password that they are on a list."""
        return cast(
            "models.SipCredential",
            self._connection.ask(
                "POST",
                f"/v1/sip-credentials/{piece(list_sid)}",
                models.SipCredential,
                body={"username": username, "password": password},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def change(
        self, list_sid: str, sid: str, *, password: str, idempotency_key: str | None = None
    ) -> models.SipCredential:
        """Give somebody another password; the old one is good for nothing from then on."""
        return cast(
            "models.SipCredential",
            self._connection.ask(
                "POST",
                f"/v1/sip-credentials/{piece(list_sid)}/{piece(sid)}",
                models.SipCredential,
                body={"password": password},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, list_sid: str, *, limit: int | None = None) -> Iterator[models.SipCredential]:
        """Who is on a list; never a password."""
        return cast(
            "Iterator[models.SipCredential]",
            self._connection.pages(
                "GET",
                f"/v1/sip-credentials/{piece(list_sid)}",
                models.SipCredential,
                query={"limit": limit},
            ),
        )

    def remove(self, list_sid: str, sid: str) -> None:
        """Take somebody off a list."""
        self._connection.ask(
            "DELETE", f"/v1/sip-credentials/{piece(list_sid)}/{piece(sid)}", type(None)
        )
