"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncSipDomainOperations(AsyncGroup):
    """``sip_domain.…``"""

    async def add(
        self,
        *,
        domain: str,
        name: str | None = None,
        hooks: builtins.dict[str, models.HookWanted] | None = None,
        registration: bool | None = None,
        secure: bool | None = None,
        emergency: bool | None = None,
        emergency_caller: str | None = None,
        carrier: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SipDomain:
        """Take calls to `sip:anything@domain`, from those on its lists."""
        return cast(
            "models.SipDomain",
            await self._connection.ask(
                "POST",
                "/v1/sip-domains",
                models.SipDomain,
                body={
                    "domain": domain,
                    "name": name,
                    "hooks": hooks,
                    "registration": registration,
                    "secure": secure,
                    "emergency": emergency,
                    "emergency_caller": emergency_caller,
                    "carrier": carrier,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self,
        sid: str,
        *,
        domain: str | None = None,
        name: str | None = None,
        hooks: builtins.dict[str, models.HookWanted] | None = None,
        registration: bool | None = None,
        secure: bool | None = None,
        emergency: bool | None = None,
        emergency_caller: str | None = None,
        carrier: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SipDomain:
        """Change some of it; the name of a domain stays."""
        return cast(
            "models.SipDomain",
            await self._connection.ask(
                "POST",
                f"/v1/sip-domains/{piece(sid)}",
                models.SipDomain,
                body={
                    "domain": domain,
                    "name": name,
                    "hooks": hooks,
                    "registration": registration,
                    "secure": secure,
                    "emergency": emergency,
                    "emergency_caller": emergency_caller,
                    "carrier": carrier,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.SipDomain]:
        """Every domain."""
        return cast(
            "AsyncIterator[models.SipDomain]",
            self._connection.pages(
                "GET", "/v1/sip-domains", models.SipDomain, query={"limit": limit}
            ),
        )

    async def map(
        self, sid: str, *, which: str, list_sid: str, idempotency_key: str | None = None
    ) -> models.SipList:
        """Let those on a list call a domain (`credentials`, `addresses`) or register there."""
        return cast(
            "models.SipList",
            await self._connection.ask(
                "POST",
                f"/v1/sip-domains/{piece(sid)}/lists",
                models.SipList,
                body={"which": which, "list_sid": list_sid},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def remove(self, sid: str) -> None:
        """Take calls under that name no more."""
        await self._connection.ask("DELETE", f"/v1/sip-domains/{piece(sid)}", type(None))

    async def show(self, sid: str) -> models.SipDomain:
        """One domain."""
        return cast(
            "models.SipDomain",
            await self._connection.ask("GET", f"/v1/sip-domains/{piece(sid)}", models.SipDomain),
        )

    async def unmap(self, sid: str, which: str, list_sid: str) -> None:
        """Let a list count for a domain no more."""
        await self._connection.ask(
            "DELETE",
            f"/v1/sip-domains/{piece(sid)}/lists/{piece(which)}/{piece(list_sid)}",
            type(None),
        )
