"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import Literal, cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncCallOperations(AsyncGroup):
    """``call.…``"""

    async def adjust(
        self,
        sid: str,
        *,
        limit_s: int | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        status_events: builtins.list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Call:
        """Change how long a call may last, and who is told of it."""
        return cast(
            "models.Call",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(sid)}/adjust",
                models.Call,
                body={
                    "limit_s": limit_s,
                    "status_url": status_url,
                    "status_method": status_method,
                    "status_events": status_events,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def diagnose(self, sid: str, *, limit: int | None = None) -> AsyncIterator[models.Finding]:
        """Why there was no audio, or why it was bad, in words."""
        return cast(
            "AsyncIterator[models.Finding]",
            self._connection.pages(
                "GET", f"/v1/calls/{piece(sid)}/diagnosis", models.Finding, query={"limit": limit}
            ),
        )

    async def hangup(
        self, sid: str, *, unanswered: bool | None = None, idempotency_key: str | None = None
    ) -> models.Call:
        """End a call."""
        return cast(
            "models.Call",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(sid)}/hangup",
                models.Call,
                query={"unanswered": unanswered},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(
        self,
        *,
        status: Literal["answered", "ended", "offered", "ringing"] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.Call]:
        """Calls, newest first."""
        return cast(
            "AsyncIterator[models.Call]",
            self._connection.pages(
                "GET", "/v1/calls", models.Call, query={"status": status, "limit": limit}
            ),
        )

    async def place(
        self,
        *,
        to: str,
        caller: str | None = None,
        flow: str | None = None,
        voice_url: str | None = None,
        voice_method: str | None = None,
        fallback_url: str | None = None,
        fallback_method: str | None = None,
        twiml: str | None = None,
        application: str | None = None,
        ring_s: int | None = None,
        limit_s: int | None = None,
        digits: str | None = None,
        sip_username: str | None = None,
        sip_password: str | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        status_events: builtins.list[str] | None = None,
        record: models.Recorded | None = None,
        listen: models.Listened | None = None,
        about: str | None = None,
        customer: bool | None = None,
        reason: str | None = None,
        display: str | None = None,
        call_token: str | None = None,
        trunk: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Call:
        """Place a call; the answer is its record as it stands, `status` says how far it is."""
        return cast(
            "models.Call",
            await self._connection.ask(
                "POST",
                "/v1/calls",
                models.Call,
                body={
                    "to": to,
                    "caller": caller,
                    "flow": flow,
                    "voice_url": voice_url,
                    "voice_method": voice_method,
                    "fallback_url": fallback_url,
                    "fallback_method": fallback_method,
                    "twiml": twiml,
                    "application": application,
                    "ring_s": ring_s,
                    "limit_s": limit_s,
                    "digits": digits,
                    "sip_username": sip_username,
                    "sip_password": sip_password,
                    "status_url": status_url,
                    "status_method": status_method,
                    "status_events": status_events,
                    "record": record,
                    "listen": listen,
                    "about": about,
                    "customer": customer,
                    "reason": reason,
                    "display": display,
                    "call_token": call_token,
                    "trunk": trunk,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def redirect(
        self,
        sid: str,
        *,
        flow: str | None = None,
        voice_url: str | None = None,
        voice_method: str | None = None,
        fallback_url: str | None = None,
        fallback_method: str | None = None,
        twiml: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Call:
        """Let a call go on with another document."""
        return cast(
            "models.Call",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(sid)}/redirect",
                models.Call,
                body={
                    "flow": flow,
                    "voice_url": voice_url,
                    "voice_method": voice_method,
                    "fallback_url": fallback_url,
                    "fallback_method": fallback_method,
                    "twiml": twiml,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def remove(self, sid: str) -> None:
        """Remove the record of a call that is over, and everything recorded in it."""
        await self._connection.ask("DELETE", f"/v1/calls/{piece(sid)}", type(None))

    def search(
        self,
        *,
        limit: int | None = None,
        caller: str | None = None,
        called: str | None = None,
        since: int | None = None,
        until: int | None = None,
        ended_since: int | None = None,
        ended_until: int | None = None,
        statuses: builtins.list[str] | None = None,
        parent: str | None = None,
        children: bool | None = None,
    ) -> AsyncIterator[models.Call]:
        """Calls by number, time and state, newest first."""
        return cast(
            "AsyncIterator[models.Call]",
            self._connection.pages(
                "POST",
                "/v1/calls/search",
                models.Call,
                query={"limit": limit},
                body={
                    "caller": caller,
                    "called": called,
                    "since": since,
                    "until": until,
                    "ended_since": ended_since,
                    "ended_until": ended_until,
                    "statuses": statuses,
                    "parent": parent,
                    "children": children,
                },
                keyed=True,
            ),
        )

    async def show(self, sid: str) -> models.Call:
        """One call with its legs and recordings."""
        return cast(
            "models.Call", await self._connection.ask("GET", f"/v1/calls/{piece(sid)}", models.Call)
        )

    async def simulate(
        self,
        sid: str,
        *,
        url: str | None = None,
        method: Literal["GET", "POST"] | None = None,
        twiml: str | None = None,
        flow: str | None = None,
        digits: builtins.list[str] | None = None,
        dial: Literal["busy", "cancelled", "completed", "failed", "no_answer"] | None = None,
        fetch: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Simulation:
        """Run a flow, a URL or a document with the caller of a recorded call, without a call."""
        return cast(
            "models.Simulation",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(sid)}/simulate",
                models.Simulation,
                body={
                    "url": url,
                    "method": method,
                    "twiml": twiml,
                    "flow": flow,
                    "digits": digits,
                    "dial": dial,
                    "fetch": fetch,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def timeline(self, sid: str, *, limit: int | None = None) -> AsyncIterator[models.Line]:
        """What happened in a call, line by line."""
        return cast(
            "AsyncIterator[models.Line]",
            self._connection.pages(
                "GET", f"/v1/calls/{piece(sid)}/timeline", models.Line, query={"limit": limit}
            ),
        )
