"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Literal, cast

from ringfence.client.connection import piece
from ringfence.client.generated import models

if TYPE_CHECKING:
    from ringfence.client.asynchronous import AsyncConnection


class AsyncAccountOperations:
    """``account.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        name: str | None = None,
        trial: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Account:
        """Make an account below this one; its token is told this once. A `trial` one lives on its own credit."""
        return cast(
            "models.Account",
            await self._connection.ask(
                "POST",
                "/v1/accounts",
                models.Account,
                body={"name": name, "trial": trial},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self,
        sid: str,
        *,
        name: str | None = None,
        status: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Account:
        """Rename one, or make it `suspended`, `active` again, `full` after a trial, or `closed` for ever."""
        return cast(
            "models.Account",
            await self._connection.ask(
                "POST",
                f"/v1/accounts/{piece(sid)}",
                models.Account,
                body={"name": name, "status": status},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def compromised(
        self, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Stopped:
        """The account was stolen: stop everything."""
        return cast(
            "models.Stopped",
            await self._connection.ask(
                "POST",
                "/v1/privacy/compromised",
                models.Stopped,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def find(self, sid: str) -> models.Account:
        """One of them."""
        return cast(
            "models.Account",
            await self._connection.ask("GET", f"/v1/accounts/{piece(sid)}", models.Account),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Account]:
        """Every account below this one, closed ones too; never a token."""
        return cast(
            "AsyncIterator[models.Account]",
            self._connection.pages("GET", "/v1/accounts", models.Account, query={"limit": limit}),
        )

    async def show(self) -> models.Account:
        """The account of this installation."""
        return cast(
            "models.Account", await self._connection.ask("GET", "/v1/account", models.Account)
        )


class AsyncAddressOperations:
    """``address.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        customer: str,
        street: str,
        city: str,
        region: str,
        postal_code: str,
        country: str,
        street_more: str | None = None,
        name: str | None = None,
        contact: str | None = None,
        emergency: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.DeskAddress:
        """Keep the address of a customer, whom a number is given to."""
        return cast(
            "models.DeskAddress",
            await self._connection.ask(
                "POST",
                "/v1/addresses",
                models.DeskAddress,
                body={
                    "customer": customer,
                    "street": street,
                    "city": city,
                    "region": region,
                    "postal_code": postal_code,
                    "country": country,
                    "street_more": street_more,
                    "name": name,
                    "contact": contact,
                    "emergency": emergency,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self,
        sid: str,
        *,
        customer: str | None = None,
        street: str | None = None,
        street_more: str | None = None,
        city: str | None = None,
        region: str | None = None,
        postal_code: str | None = None,
        name: str | None = None,
        emergency: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.DeskAddress:
        """Change some of it."""
        return cast(
            "models.DeskAddress",
            await self._connection.ask(
                "POST",
                f"/v1/addresses/{piece(sid)}",
                models.DeskAddress,
                body={
                    "customer": customer,
                    "street": street,
                    "street_more": street_more,
                    "city": city,
                    "region": region,
                    "postal_code": postal_code,
                    "name": name,
                    "emergency": emergency,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.DeskAddress]:
        """Addresses of customers."""
        return cast(
            "AsyncIterator[models.DeskAddress]",
            self._connection.pages(
                "GET", "/v1/addresses", models.DeskAddress, query={"limit": limit}
            ),
        )

    def numbers(self, sid: str, *, limit: int | None = None) -> AsyncIterator[models.Number]:
        """Our numbers that are given by it."""
        return cast(
            "AsyncIterator[models.Number]",
            self._connection.pages(
                "GET", f"/v1/addresses/{piece(sid)}/numbers", models.Number, query={"limit": limit}
            ),
        )

    async def remove(self, sid: str) -> None:
        """Forget an address."""
        await self._connection.ask("DELETE", f"/v1/addresses/{piece(sid)}", type(None))

    async def show(self, sid: str) -> models.DeskAddress:
        """One address."""
        return cast(
            "models.DeskAddress",
            await self._connection.ask("GET", f"/v1/addresses/{piece(sid)}", models.DeskAddress),
        )


class AsyncAppOperations:
    """``app.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        name: str,
        scopes: builtins.list[str],
        purposes: builtins.list[str],
        redirects: builtins.list[str] | None = None,
        role: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.App:
        """Make an app; its secret is in this answer only."""
        return cast(
            "models.App",
            await self._connection.ask(
                "POST",
                "/v1/apps",
                models.App,
                body={
                    "name": name,
                    "scopes": scopes,
                    "purposes": purposes,
                    "redirects": redirects,
                    "role": role,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def end_grant(self, sid: str, *, idempotency_key: str | None = None) -> None:
        """Allow an app no longer what it was allowed."""
        await self._connection.ask(
            "POST", f"/v1/app-grants/{piece(sid)}/end", type(None), key=idempotency_key, keyed=True
        )

    def grants(
        self, *, app: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Grant]:
        """What stands: who allowed which app what."""
        return cast(
            "AsyncIterator[models.Grant]",
            self._connection.pages(
                "GET", "/v1/app-grants", models.Grant, query={"app": app, "limit": limit}
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.App]:
        """Every app, revoked ones too."""
        return cast(
            "AsyncIterator[models.App]",
            self._connection.pages("GET", "/v1/apps", models.App, query={"limit": limit}),
        )

    async def revoke(self, sid: str, *, idempotency_key: str | None = None) -> models.App:
        """End an app at once, with everything it was allowed."""
        return cast(
            "models.App",
            await self._connection.ask(
                "POST", f"/v1/apps/{piece(sid)}/revoke", models.App, key=idempotency_key, keyed=True
            ),
        )


class AsyncApplicationOperations:
    """``application.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        name: str | None = None,
        hooks: builtins.dict[str, builtins.dict[str, str]] | None = None,
        caller_name_lookup: bool | None = None,
        public_connect: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Application:
        """Keep URLs under a name."""
        return cast(
            "models.Application",
            await self._connection.ask(
                "POST",
                "/v1/applications",
                models.Application,
                body={
                    "name": name,
                    "hooks": hooks,
                    "caller_name_lookup": caller_name_lookup,
                    "public_connect": public_connect,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self,
        sid: str,
        *,
        name: str | None = None,
        hooks: builtins.dict[str, builtins.dict[str, str]] | None = None,
        caller_name_lookup: bool | None = None,
        public_connect: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Application:
        """Change its URLs."""
        return cast(
            "models.Application",
            await self._connection.ask(
                "POST",
                f"/v1/applications/{piece(sid)}",
                models.Application,
                body={
                    "name": name,
                    "hooks": hooks,
                    "caller_name_lookup": caller_name_lookup,
                    "public_connect": public_connect,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Application]:
        """URLs under one name each."""
        return cast(
            "AsyncIterator[models.Application]",
            self._connection.pages(
                "GET", "/v1/applications", models.Application, query={"limit": limit}
            ),
        )

    async def remove(self, sid: str) -> None:
        """Forget an application."""
        await self._connection.ask("DELETE", f"/v1/applications/{piece(sid)}", type(None))

    async def show(self, sid: str) -> models.Application:
        """One application."""
        return cast(
            "models.Application",
            await self._connection.ask("GET", f"/v1/applications/{piece(sid)}", models.Application),
        )


class AsyncBackupOperations:
    """``backup.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self, *, idempotency_key: str | None = None) -> models.Work:
        """Begin a backup: a file without any key. Keys are copied on the machine itself."""
        return cast(
            "models.Work",
            await self._connection.ask(
                "POST", "/v1/backups", models.Work, key=idempotency_key, keyed=True
            ),
        )

    async def fetch(self, name: str) -> bytes:
        """A backup as a file."""
        return cast(
            "bytes", await self._connection.ask("GET", f"/v1/backups/{piece(name)}/file", bytes)
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Backup]:
        """The files in the folder for backups, newest first."""
        return cast(
            "AsyncIterator[models.Backup]",
            self._connection.pages("GET", "/v1/backups", models.Backup, query={"limit": limit}),
        )


class AsyncBalanceOperations:
    """``balance.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def adjust(
        self,
        *,
        amount: str,
        reason: str,
        sid: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Balance:
        """Add to a balance, or take away (`-1.50`), and say why."""
        return cast(
            "models.Balance",
            await self._connection.ask(
                "POST",
                "/v1/balance/adjustments",
                models.Balance,
                body={"amount": amount, "reason": reason, "sid": sid},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def credit(
        self,
        *,
        amount: str,
        reason: str | None = None,
        sid: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Balance:
        """Top up the balance, or that of a trial account below this one."""
        return cast(
            "models.Balance",
            await self._connection.ask(
                "POST",
                "/v1/balance/credits",
                models.Balance,
                body={"amount": amount, "reason": reason, "sid": sid},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def limit(
        self,
        *,
        amount: str | None = None,
        sid: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Balance:
        """Say how far below nothing a balance may go."""
        return cast(
            "models.Balance",
            await self._connection.ask(
                "POST",
                "/v1/balance/limit",
                models.Balance,
                body={"amount": amount, "sid": sid},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def movements(self, *, limit: int | None = None) -> AsyncIterator[models.Movement]:
        """Credits, adjustments and fees, the newest first."""
        return cast(
            "AsyncIterator[models.Movement]",
            self._connection.pages(
                "GET", "/v1/balance/movements", models.Movement, query={"limit": limit}
            ),
        )

    async def show(self) -> models.Balance:
        """What is left to the account, and who pays for it."""
        return cast(
            "models.Balance", await self._connection.ask("GET", "/v1/balance", models.Balance)
        )


class AsyncCallOperations:
    """``call.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

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

    async def hangup(self, sid: str, *, idempotency_key: str | None = None) -> models.Call:
        """End a call."""
        return cast(
            "models.Call",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(sid)}/hangup",
                models.Call,
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
        ring_s: int | None = None,
        limit_s: int | None = None,
        digits: str | None = None,
        sip_username: str | None = None,
        sip_password: str | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        status_events: builtins.list[str] | None = None,
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
                    "ring_s": ring_s,
                    "limit_s": limit_s,
                    "digits": digits,
                    "sip_username": sip_username,
                    "sip_password": sip_password,
                    "status_url": status_url,
                    "status_method": status_method,
                    "status_events": status_events,
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


class AsyncCallerIdOperations:
    """``caller_id.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.CallerId]:
        """Every number that was confirmed."""
        return cast(
            "AsyncIterator[models.CallerId]",
            self._connection.pages(
                "GET", "/v1/caller-ids", models.CallerId, query={"limit": limit}
            ),
        )

    async def remove(self, sid: str) -> None:
        """Show it no more, from the next call on."""
        await self._connection.ask("DELETE", f"/v1/caller-ids/{piece(sid)}", type(None))

    async def rename(
        self, sid: str, *, name: str, idempotency_key: str | None = None
    ) -> models.CallerId:
        """Call it something else."""
        return cast(
            "models.CallerId",
            await self._connection.ask(
                "POST",
                f"/v1/caller-ids/{piece(sid)}",
                models.CallerId,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self, sid: str) -> models.CallerId:
        """One of them."""
        return cast(
            "models.CallerId",
            await self._connection.ask("GET", f"/v1/caller-ids/{piece(sid)}", models.CallerId),
        )

    async def verify(
        self,
        *,
        number: str,
        name: str | None = None,
        digits: str | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.CallerIdCheck:
        """Call a number; who answers confirms, by the code told here, that calls may show it."""
        return cast(
            "models.CallerIdCheck",
            await self._connection.ask(
                "POST",
                "/v1/caller-ids",
                models.CallerIdCheck,
                body={
                    "number": number,
                    "name": name,
                    "digits": digits,
                    "status_url": status_url,
                    "status_method": status_method,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncCarrierOperations:
    """``carrier.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        name: str,
        smpp: builtins.dict[str, Any] | None = None,
        http: builtins.dict[str, Any] | None = None,
        senders: builtins.list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.TextCarrier:
        """Set a carrier up: `smpp` or `http`, by the fields of `ringfence.accounts.carriers`."""
        return cast(
            "models.TextCarrier",
            await self._connection.ask(
                "POST",
                "/v1/message-carriers",
                models.TextCarrier,
                body={"name": name, "smpp": smpp, "http": http, "senders": senders},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.TextCarrier]:
        """Every carrier and how it is."""
        return cast(
            "AsyncIterator[models.TextCarrier]",
            self._connection.pages(
                "GET", "/v1/message-carriers", models.TextCarrier, query={"limit": limit}
            ),
        )

    async def remove(self, name: str) -> models.TextCarrier:
        """Take a carrier away; what it has not sent waits for another."""
        return cast(
            "models.TextCarrier",
            await self._connection.ask(
                "DELETE", f"/v1/message-carriers/{piece(name)}", models.TextCarrier
            ),
        )

    async def test(self, name: str, *, idempotency_key: str | None = None) -> models.TextCarrier:
        """Wait until a carrier is ready or says why not, for some seconds at most; sends nothing."""
        return cast(
            "models.TextCarrier",
            await self._connection.ask(
                "POST",
                f"/v1/message-carriers/{piece(name)}/test",
                models.TextCarrier,
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncConferenceOperations:
    """``conference.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def announce(
        self, sid: str, *, url: str, method: str | None = None, idempotency_key: str | None = None
    ) -> models.Conference:
        """Let everybody in a conference hear the document at `url`."""
        return cast(
            "models.Conference",
            await self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(sid)}/announce",
                models.Conference,
                body={"url": url, "method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def end(self, sid: str, *, idempotency_key: str | None = None) -> models.Conference:
        """Send everybody out of a conference."""
        return cast(
            "models.Conference",
            await self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(sid)}/end",
                models.Conference,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(
        self,
        *,
        name: str | None = None,
        status: str | None = None,
        created_since: int | None = None,
        created_until: int | None = None,
        updated_since: int | None = None,
        updated_until: int | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.Conference]:
        """Conferences, newest first; `status`: init, running, ended."""
        return cast(
            "AsyncIterator[models.Conference]",
            self._connection.pages(
                "GET",
                "/v1/conferences",
                models.Conference,
                query={
                    "name": name,
                    "status": status,
                    "created_since": created_since,
                    "created_until": created_until,
                    "updated_since": updated_since,
                    "updated_until": updated_until,
                    "limit": limit,
                },
            ),
        )

    async def recording_control(
        self,
        conference: str,
        sid: str,
        *,
        to: str,
        skip: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Recording:
        """Pause what is recorded of a conference, go on with it, or stop it."""
        return cast(
            "models.Recording",
            await self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(conference)}/recordings/{piece(sid)}",
                models.Recording,
                body={"to": to, "skip": skip},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def recording_list(
        self, conference: str, *, limit: int | None = None
    ) -> AsyncIterator[models.Recording]:
        """What was recorded of a conference: one recording, or none."""
        return cast(
            "AsyncIterator[models.Recording]",
            self._connection.pages(
                "GET",
                f"/v1/conferences/{piece(conference)}/recordings",
                models.Recording,
                query={"limit": limit},
            ),
        )

    async def recording_remove(self, conference: str, sid: str) -> None:
        """Remove every voice of it, keys and sound at once."""
        await self._connection.ask(
            "DELETE", f"/v1/conferences/{piece(conference)}/recordings/{piece(sid)}", type(None)
        )

    async def recording_show(self, conference: str, sid: str) -> models.Recording:
        """The recording of a conference."""
        return cast(
            "models.Recording",
            await self._connection.ask(
                "GET",
                f"/v1/conferences/{piece(conference)}/recordings/{piece(sid)}",
                models.Recording,
            ),
        )

    async def show(self, sid: str) -> models.Conference:
        """One conference."""
        return cast(
            "models.Conference",
            await self._connection.ask("GET", f"/v1/conferences/{piece(sid)}", models.Conference),
        )


class AsyncDeliveryOperations:
    """``delivery.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def list(
        self, *, state: Literal["behind", "dead", "ready"] | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Delivery]:
        """Callbacks that were given up, or those that wait."""
        return cast(
            "AsyncIterator[models.Delivery]",
            self._connection.pages(
                "GET", "/v1/deliveries", models.Delivery, query={"state": state, "limit": limit}
            ),
        )

    async def retry(self, sid: str, *, idempotency_key: str | None = None) -> models.Delivery:
        """Try a callback that was given up for another day."""
        return cast(
            "models.Delivery",
            await self._connection.ask(
                "POST",
                f"/v1/deliveries/{piece(sid)}/retry",
                models.Delivery,
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncEventOperations:
    """``event.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def list(
        self, *, types: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Event]:
        """Return events, oldest first."""
        return cast(
            "AsyncIterator[models.Event]",
            self._connection.pages(
                "GET", "/v1/events", models.Event, query={"types": types, "limit": limit}
            ),
        )


class AsyncFlowOperations:
    """``flow.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, *, name: str, document: builtins.dict[str, Any], idempotency_key: str | None = None
    ) -> models.Flow:
        """Publish a flow, or the next version of it; calls get it at once."""
        return cast(
            "models.Flow",
            await self._connection.ask(
                "POST",
                "/v1/flows",
                models.Flow,
                body={"name": name, "document": document},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Flow]:
        """Every flow, without its document."""
        return cast(
            "AsyncIterator[models.Flow]",
            self._connection.pages("GET", "/v1/flows", models.Flow, query={"limit": limit}),
        )

    async def show(self, name: str, *, version: int | None = None) -> models.Flow:
        """One flow with its document, by default the version in force."""
        return cast(
            "models.Flow",
            await self._connection.ask(
                "GET", f"/v1/flows/{piece(name)}", models.Flow, query={"version": version}
            ),
        )

    def validate(
        self, *, document: builtins.dict[str, Any], limit: int | None = None
    ) -> AsyncIterator[models.Problem]:
        """What is wrong with a document; nothing where it is good."""
        return cast(
            "AsyncIterator[models.Problem]",
            self._connection.pages(
                "POST",
                "/v1/flows/validate",
                models.Problem,
                query={"limit": limit},
                body={"document": document},
                keyed=True,
            ),
        )


class AsyncInboxOperations:
    """``inbox.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self) -> models.InboxCount:
        """How many messages nobody has read, by number of ours."""
        return cast(
            "models.InboxCount",
            await self._connection.ask("GET", "/v1/inbox/count", models.InboxCount),
        )

    def list(
        self, *, unread: bool | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Message]:
        """What came in, newest first; with `unread`, what nobody has read alone."""
        return cast(
            "AsyncIterator[models.Message]",
            self._connection.pages(
                "GET", "/v1/inbox", models.Message, query={"unread": unread, "limit": limit}
            ),
        )

    async def mark(
        self, sid: str, *, unread: bool | None = None, idempotency_key: str | None = None
    ) -> models.Message:
        """Mark a message as read, or as unread again."""
        return cast(
            "models.Message",
            await self._connection.ask(
                "POST",
                f"/v1/inbox/{piece(sid)}/mark",
                models.Message,
                body={"unread": unread},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def read(self, sid: str, *, idempotency_key: str | None = None) -> models.Message:
        """One message that came in; from now on it has been read."""
        return cast(
            "models.Message",
            await self._connection.ask(
                "POST",
                f"/v1/inbox/{piece(sid)}/read",
                models.Message,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def reply(
        self,
        sid: str,
        *,
        text: str | None = None,
        media: builtins.list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Message:
        """Answer whoever wrote a message, from the number they wrote to; it has been read then."""
        return cast(
            "models.Message",
            await self._connection.ask(
                "POST",
                f"/v1/inbox/{piece(sid)}/reply",
                models.Message,
                body={"text": text, "media": media},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def search(
        self,
        *,
        limit: int | None = None,
        unread: bool | None = None,
        number: str | None = None,
        sender: str | None = None,
        text: str | None = None,
    ) -> AsyncIterator[models.Message]:
        """What came in from somebody, to a number of ours, or with some words in it."""
        return cast(
            "AsyncIterator[models.Message]",
            self._connection.pages(
                "POST",
                "/v1/inbox/search",
                models.Message,
                query={"limit": limit},
                body={"unread": unread, "number": number, "sender": sender, "text": text},
                keyed=True,
            ),
        )


class AsyncKeyOperations:
    """``key.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        name: str,
        purposes: builtins.list[str],
        role: str | None = None,
        days: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Key:
        """Make an API key for these purposes alone; its secret is in this answer only."""
        return cast(
            "models.Key",
            await self._connection.ask(
                "POST",
                "/v1/keys",
                models.Key,
                body={"name": name, "purposes": purposes, "role": role, "days": days},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Key]:
        """Every key, revoked ones too; never a secret."""
        return cast(
            "AsyncIterator[models.Key]",
            self._connection.pages("GET", "/v1/keys", models.Key, query={"limit": limit}),
        )

    async def rename(
        self, sid: str, *, name: str, idempotency_key: str | None = None
    ) -> models.Key:
        """Say anew what a key is for; whom it lets in stays."""
        return cast(
            "models.Key",
            await self._connection.ask(
                "POST",
                f"/v1/keys/{piece(sid)}/rename",
                models.Key,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def revoke(self, sid: str, *, idempotency_key: str | None = None) -> models.Key:
        """End a key at once."""
        return cast(
            "models.Key",
            await self._connection.ask(
                "POST", f"/v1/keys/{piece(sid)}/revoke", models.Key, key=idempotency_key, keyed=True
            ),
        )


class AsyncLiveTranscriptionOperations:
    """``live_transcription.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def start(
        self,
        call: str,
        *,
        url: str | None = None,
        method: str | None = None,
        name: str | None = None,
        track: str | None = None,
        language: str | None = None,
        partial: bool | None = None,
        profanity_filter: bool | None = None,
        hints: builtins.list[str] | None = None,
        model: str | None = None,
        inbound_label: str | None = None,
        outbound_label: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Stream:
        """Have what is said on a call told to `url`, utterance by utterance, if the law lets it."""
        return cast(
            "models.Stream",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/transcriptions",
                models.Stream,
                body={
                    "url": url,
                    "method": method,
                    "name": name,
                    "track": track,
                    "language": language,
                    "partial": partial,
                    "profanity_filter": profanity_filter,
                    "hints": hints,
                    "model": model,
                    "inbound_label": inbound_label,
                    "outbound_label": outbound_label,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def stop(
        self, call: str, transcription: str, *, idempotency_key: str | None = None
    ) -> models.Stream:
        """Write down no more; `transcription`: its SID, or the name it was given."""
        return cast(
            "models.Stream",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/transcriptions/{piece(transcription)}/stop",
                models.Stream,
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncMessageOperations:
    """``message.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def campaign_add(
        self,
        *,
        name: str,
        senders: builtins.list[str],
        registration: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Campaign:
        """Add a pool of senders, with its id at the campaign registry where it has one."""
        return cast(
            "models.Campaign",
            await self._connection.ask(
                "POST",
                "/v1/message-campaigns",
                models.Campaign,
                body={"name": name, "senders": senders, "registration": registration},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def campaign_list(self, *, limit: int | None = None) -> AsyncIterator[models.Campaign]:
        """Every campaign with its senders."""
        return cast(
            "AsyncIterator[models.Campaign]",
            self._connection.pages(
                "GET", "/v1/message-campaigns", models.Campaign, query={"limit": limit}
            ),
        )

    async def campaign_remove(self, name: str) -> None:
        """Forget a campaign."""
        await self._connection.ask("DELETE", f"/v1/message-campaigns/{piece(name)}", type(None))

    async def cancel(self, sid: str, *, idempotency_key: str | None = None) -> models.Message:
        """Call a message back that waits. Refused (`not_waiting`) where a carrier has it."""
        return cast(
            "models.Message",
            await self._connection.ask(
                "POST",
                f"/v1/messages/{piece(sid)}/cancel",
                models.Message,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def delete(self, sid: str) -> None:
        """Remove a message with everything of it; the audit log says that it was removed."""
        await self._connection.ask("DELETE", f"/v1/messages/{piece(sid)}", type(None))

    def list(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Message]:
        """Messages, newest first: to and from whom, and from when until when they were sent."""
        return cast(
            "AsyncIterator[models.Message]",
            self._connection.pages(
                "GET",
                "/v1/messages",
                models.Message,
                query={"since": since, "until": until, "limit": limit},
            ),
        )

    def media(self, sid: str, *, limit: int | None = None) -> AsyncIterator[models.Picture]:
        """The pictures of a message, by link."""
        return cast(
            "AsyncIterator[models.Picture]",
            self._connection.pages(
                "GET", f"/v1/messages/{piece(sid)}/media", models.Picture, query={"limit": limit}
            ),
        )

    async def media_delete(self, sid: str, medium: str) -> None:
        """Forget the link to a picture."""
        await self._connection.ask(
            "DELETE", f"/v1/messages/{piece(sid)}/media/{piece(medium)}", type(None)
        )

    async def media_show(self, sid: str, medium: str) -> models.Picture:
        """One picture of a message."""
        return cast(
            "models.Picture",
            await self._connection.ask(
                "GET", f"/v1/messages/{piece(sid)}/media/{piece(medium)}", models.Picture
            ),
        )

    async def rate(
        self, sid: str, *, outcome: str | None = None, idempotency_key: str | None = None
    ) -> models.Message:
        """Write down whether a message had its effect: `confirmed` or `unconfirmed`."""
        return cast(
            "models.Message",
            await self._connection.ask(
                "POST",
                f"/v1/messages/{piece(sid)}/rate",
                models.Message,
                body={"outcome": outcome},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def redact(self, sid: str, *, idempotency_key: str | None = None) -> models.Message:
        """Destroy what a message says; that it was sent remains."""
        return cast(
            "models.Message",
            await self._connection.ask(
                "POST",
                f"/v1/messages/{piece(sid)}/redact",
                models.Message,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def search(
        self,
        *,
        limit: int | None = None,
        to: str | None = None,
        sender: str | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> AsyncIterator[models.Message]:
        """Messages to or from somebody, newest first."""
        return cast(
            "AsyncIterator[models.Message]",
            self._connection.pages(
                "POST",
                "/v1/messages/search",
                models.Message,
                query={"limit": limit},
                body={"to": to, "sender": sender, "since": since, "until": until},
                keyed=True,
            ),
        )

    async def send(
        self,
        *,
        to: str,
        text: str | None = None,
        sender: str | None = None,
        campaign: str | None = None,
        media: builtins.list[str] | None = None,
        template: str | None = None,
        values: builtins.list[str] | None = None,
        smart: bool | None = None,
        discard: str | None = None,
        about: str | None = None,
        customer: bool | None = None,
        priority: str | None = None,
        at: int | None = None,
        valid_s: int | None = None,
        callback: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Message:
        """Ask for a text message; it is durable when this returns, and sent after."""
        return cast(
            "models.Message",
            await self._connection.ask(
                "POST",
                "/v1/messages",
                models.Message,
                body={
                    "to": to,
                    "text": text,
                    "sender": sender,
                    "campaign": campaign,
                    "media": media,
                    "template": template,
                    "values": values,
                    "smart": smart,
                    "discard": discard,
                    "about": about,
                    "customer": customer,
                    "priority": priority,
                    "at": at,
                    "valid_s": valid_s,
                    "callback": callback,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self, sid: str) -> models.Message:
        """One message."""
        return cast(
            "models.Message",
            await self._connection.ask("GET", f"/v1/messages/{piece(sid)}", models.Message),
        )

    async def story(self, sid: str) -> models.Story:
        """One message and everything that happened to it."""
        return cast(
            "models.Story",
            await self._connection.ask("GET", f"/v1/messages/{piece(sid)}/story", models.Story),
        )

    async def template_add(
        self,
        *,
        name: str,
        text: str,
        header: str | None = None,
        entity: str | None = None,
        registration: str | None = None,
        use: str | None = None,
        country: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.TextTemplate:
        """Add a registered text, as India's DLT knows it."""
        return cast(
            "models.TextTemplate",
            await self._connection.ask(
                "POST",
                "/v1/message-templates",
                models.TextTemplate,
                body={
                    "name": name,
                    "text": text,
                    "header": header,
                    "entity": entity,
                    "registration": registration,
                    "use": use,
                    "country": country,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def template_list(self, *, limit: int | None = None) -> AsyncIterator[models.TextTemplate]:
        """Every registered text."""
        return cast(
            "AsyncIterator[models.TextTemplate]",
            self._connection.pages(
                "GET", "/v1/message-templates", models.TextTemplate, query={"limit": limit}
            ),
        )

    async def template_remove(self, name: str) -> None:
        """Forget a registered text: messages like it are refused again."""
        await self._connection.ask("DELETE", f"/v1/message-templates/{piece(name)}", type(None))


class AsyncNotificationOperations:
    """``notification.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def apps(self, *, limit: int | None = None) -> AsyncIterator[models.AppLogging]:
        """Every number and flow, and whether its calls' requests and answers are kept."""
        return cast(
            "AsyncIterator[models.AppLogging]",
            self._connection.pages(
                "GET", "/v1/notifications/logging", models.AppLogging, query={"limit": limit}
            ),
        )

    def list(
        self,
        *,
        call: str | None = None,
        subject: str | None = None,
        delivery: str | None = None,
        number: str | None = None,
        flow: str | None = None,
        kind: str | None = None,
        status: int | None = None,
        failed: bool | None = None,
        code: int | None = None,
        since: int | None = None,
        until: int | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.Notification]:
        """Exchanges, newest first."""
        return cast(
            "AsyncIterator[models.Notification]",
            self._connection.pages(
                "GET",
                "/v1/notifications",
                models.Notification,
                query={
                    "call": call,
                    "subject": subject,
                    "delivery": delivery,
                    "number": number,
                    "flow": flow,
                    "kind": kind,
                    "status": status,
                    "failed": failed,
                    "code": code,
                    "since": since,
                    "until": until,
                    "limit": limit,
                },
            ),
        )

    async def logging(
        self,
        *,
        on: bool,
        number: str | None = None,
        flow: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.AppLogging:
        """Switch the keeping of requests and answers on or off for one number or flow."""
        return cast(
            "models.AppLogging",
            await self._connection.ask(
                "POST",
                "/v1/notifications/logging",
                models.AppLogging,
                body={"on": on, "number": number, "flow": flow},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def replay(
        self, *, sids: builtins.list[str], idempotency_key: str | None = None
    ) -> models.Replayed:
        """Send the requests of these exchanges again, in this order."""
        return cast(
            "models.Replayed",
            await self._connection.ask(
                "POST",
                "/v1/notifications/replay",
                models.Replayed,
                body={"sids": sids},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self, sid: str) -> models.Notification:
        """One exchange with what was asked and answered."""
        return cast(
            "models.Notification",
            await self._connection.ask(
                "GET", f"/v1/notifications/{piece(sid)}", models.Notification
            ),
        )

    def whole(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        call: str | None = None,
        failed: bool | None = None,
        level: str | None = None,
        requests: bool | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.Notification]:
        """Exchanges with what was asked and answered, newest first."""
        return cast(
            "AsyncIterator[models.Notification]",
            self._connection.pages(
                "GET",
                "/v1/notifications/whole",
                models.Notification,
                query={
                    "since": since,
                    "until": until,
                    "call": call,
                    "failed": failed,
                    "level": level,
                    "requests": requests,
                    "limit": limit,
                },
            ),
        )


class AsyncNumberOperations:
    """``number.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        number: str,
        flow: str | None = None,
        voice_url: str | None = None,
        voice_method: str | None = None,
        twiml: str | None = None,
        application: str | None = None,
        sms_application: str | None = None,
        sms_flow: str | None = None,
        hooks: builtins.dict[str, builtins.dict[str, str]] | None = None,
        name: str | None = None,
        caller_name_lookup: bool | None = None,
        ties: builtins.dict[str, str | bool] | None = None,
        silent: bool | None = None,
        replace: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Number:
        """A number is ours."""
        return cast(
            "models.Number",
            await self._connection.ask(
                "POST",
                "/v1/numbers",
                models.Number,
                body={
                    "number": number,
                    "flow": flow,
                    "voice_url": voice_url,
                    "voice_method": voice_method,
                    "twiml": twiml,
                    "application": application,
                    "sms_application": sms_application,
                    "sms_flow": sms_flow,
                    "hooks": hooks,
                    "name": name,
                    "caller_name_lookup": caller_name_lookup,
                    "ties": ties,
                    "silent": silent,
                    "replace": replace,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self,
        sid: str,
        *,
        flow: str | None = None,
        voice_url: str | None = None,
        voice_method: str | None = None,
        twiml: str | None = None,
        application: str | None = None,
        sms_application: str | None = None,
        sms_flow: str | None = None,
        hooks: builtins.dict[str, builtins.dict[str, str]] | None = None,
        name: str | None = None,
        caller_name_lookup: bool | None = None,
        ties: builtins.dict[str, str | bool] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Number:
        """Another thing answers it."""
        return cast(
            "models.Number",
            await self._connection.ask(
                "POST",
                f"/v1/numbers/{piece(sid)}",
                models.Number,
                body={
                    "flow": flow,
                    "voice_url": voice_url,
                    "voice_method": voice_method,
                    "twiml": twiml,
                    "application": application,
                    "sms_application": sms_application,
                    "sms_flow": sms_flow,
                    "hooks": hooks,
                    "name": name,
                    "caller_name_lookup": caller_name_lookup,
                    "ties": ties,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Number]:
        """Our numbers and what answers them."""
        return cast(
            "AsyncIterator[models.Number]",
            self._connection.pages("GET", "/v1/numbers", models.Number, query={"limit": limit}),
        )

    async def lookup(
        self, *, number: str, country: str | None = None, idempotency_key: str | None = None
    ) -> models.Lookup:
        """What a number is by its digits: whether it can exist, where, of what kind."""
        return cast(
            "models.Lookup",
            await self._connection.ask(
                "POST",
                "/v1/lookups",
                models.Lookup,
                body={"number": number, "country": country},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def lookup_ask(
        self,
        *,
        number: str,
        fields: builtins.list[str],
        country: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Lookup:
        """What others know of a number besides; it is asked for a purpose the asker has."""
        return cast(
            "models.Lookup",
            await self._connection.ask(
                "POST",
                "/v1/lookups/ask",
                models.Lookup,
                body={"number": number, "fields": fields, "country": country},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def move(
        self, to: str, *, sid: str, source: str | None = None, idempotency_key: str | None = None
    ) -> models.Number:
        """Give a number of one account to another; its SID and what was said of it stay."""
        return cast(
            "models.Number",
            await self._connection.ask(
                "POST",
                f"/v1/accounts/{piece(to)}/numbers",
                models.Number,
                body={"sid": sid, "source": source},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def remove(self, number: str) -> models.Number:
        """A number, by its SID, is ours no longer."""
        return cast(
            "models.Number",
            await self._connection.ask("DELETE", f"/v1/numbers/{piece(number)}", models.Number),
        )

    async def show(self, sid: str) -> models.Number:
        """One number."""
        return cast(
            "models.Number",
            await self._connection.ask("GET", f"/v1/numbers/{piece(sid)}", models.Number),
        )

    async def stock_add(
        self,
        *,
        first: str,
        last: str | None = None,
        trunk: str | None = None,
        kind: str | None = None,
        voice: bool | None = None,
        sms: bool | None = None,
        mms: bool | None = None,
        fax: bool | None = None,
        beta: bool | None = None,
        address: str | None = None,
        locality: str | None = None,
        region: str | None = None,
        postal_code: str | None = None,
        rate_center: str | None = None,
        lata: str | None = None,
        latitude: float | None = None,
        longitude: float | None = None,
        idempotency_key: str | None = None,
    ) -> models.StockRange:
        """A trunk brings these."""
        return cast(
            "models.StockRange",
            await self._connection.ask(
                "POST",
                "/v1/number-stock",
                models.StockRange,
                body={
                    "first": first,
                    "last": last,
                    "trunk": trunk,
                    "kind": kind,
                    "voice": voice,
                    "sms": sms,
                    "mms": mms,
                    "fax": fax,
                    "beta": beta,
                    "address": address,
                    "locality": locality,
                    "region": region,
                    "postal_code": postal_code,
                    "rate_center": rate_center,
                    "lata": lata,
                    "latitude": latitude,
                    "longitude": longitude,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def stock_countries(self, *, limit: int | None = None) -> AsyncIterator[models.StockCountry]:
        """Where there are numbers, and of which kinds."""
        return cast(
            "AsyncIterator[models.StockCountry]",
            self._connection.pages(
                "GET", "/v1/number-stock/countries", models.StockCountry, query={"limit": limit}
            ),
        )

    def stock_free(
        self,
        *,
        country: str | None = None,
        kind: str | None = None,
        voice: bool | None = None,
        sms: bool | None = None,
        mms: bool | None = None,
        fax: bool | None = None,
        contains: str | None = None,
        area_code: str | None = None,
        locality: str | None = None,
        region: str | None = None,
        postal_code: str | None = None,
        rate_center: str | None = None,
        lata: str | None = None,
        near: str | None = None,
        miles: int | None = None,
        no_address: bool | None = None,
        no_local_address: bool | None = None,
        no_foreign_address: bool | None = None,
        beta: bool | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.FreeNumber]:
        """Numbers that can be had."""
        return cast(
            "AsyncIterator[models.FreeNumber]",
            self._connection.pages(
                "GET",
                "/v1/number-stock/free",
                models.FreeNumber,
                query={
                    "country": country,
                    "kind": kind,
                    "voice": voice,
                    "sms": sms,
                    "mms": mms,
                    "fax": fax,
                    "contains": contains,
                    "area_code": area_code,
                    "locality": locality,
                    "region": region,
                    "postal_code": postal_code,
                    "rate_center": rate_center,
                    "lata": lata,
                    "near": near,
                    "miles": miles,
                    "no_address": no_address,
                    "no_local_address": no_local_address,
                    "no_foreign_address": no_foreign_address,
                    "beta": beta,
                    "limit": limit,
                },
            ),
        )

    def stock_list(self, *, limit: int | None = None) -> AsyncIterator[models.StockRange]:
        """Ranges of numbers that the trunks bring."""
        return cast(
            "AsyncIterator[models.StockRange]",
            self._connection.pages(
                "GET", "/v1/number-stock", models.StockRange, query={"limit": limit}
            ),
        )

    async def stock_remove(self, sid: str) -> models.StockRange:
        """They are not to be had any more."""
        return cast(
            "models.StockRange",
            await self._connection.ask(
                "DELETE", f"/v1/number-stock/{piece(sid)}", models.StockRange
            ),
        )


class AsyncParticipantOperations:
    """``participant.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        conference: str,
        *,
        to: str,
        caller: str | None = None,
        label: str | None = None,
        muted: bool | None = None,
        beep: str | None = None,
        start_on_enter: bool | None = None,
        end_on_exit: bool | None = None,
        wait_url: str | None = None,
        wait_method: str | None = None,
        max_participants: int | None = None,
        coach: str | None = None,
        record: bool | None = None,
        ring_s: int | None = None,
        limit_s: int | None = None,
        sip_username: str | None = None,
        sip_password: str | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        status_events: builtins.list[str] | None = None,
        news_url: str | None = None,
        news_method: str | None = None,
        news_events: builtins.list[str] | None = None,
        recording_url: str | None = None,
        recording_method: str | None = None,
        recording_events: builtins.list[str] | None = None,
        about: str | None = None,
        customer: bool | None = None,
        reason: str | None = None,
        display: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Participant:
        """Call somebody into a conference: `conference` is its SID, or a name; then it may be new."""
        return cast(
            "models.Participant",
            await self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(conference)}/participants",
                models.Participant,
                body={
                    "to": to,
                    "caller": caller,
                    "label": label,
                    "muted": muted,
                    "beep": beep,
                    "start_on_enter": start_on_enter,
                    "end_on_exit": end_on_exit,
                    "wait_url": wait_url,
                    "wait_method": wait_method,
                    "max_participants": max_participants,
                    "coach": coach,
                    "record": record,
                    "ring_s": ring_s,
                    "limit_s": limit_s,
                    "sip_username": sip_username,
                    "sip_password": sip_password,
                    "status_url": status_url,
                    "status_method": status_method,
                    "status_events": status_events,
                    "news_url": news_url,
                    "news_method": news_method,
                    "news_events": news_events,
                    "recording_url": recording_url,
                    "recording_method": recording_method,
                    "recording_events": recording_events,
                    "about": about,
                    "customer": customer,
                    "reason": reason,
                    "display": display,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(
        self,
        conference: str,
        *,
        muted: bool | None = None,
        held: bool | None = None,
        coaching: bool | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.Participant]:
        """Who is in a conference, in order of coming; of one that has ended, who was."""
        return cast(
            "AsyncIterator[models.Participant]",
            self._connection.pages(
                "GET",
                f"/v1/conferences/{piece(conference)}/participants",
                models.Participant,
                query={"muted": muted, "held": held, "coaching": coaching, "limit": limit},
            ),
        )

    async def remove(self, conference: str, call: str) -> None:
        """Put somebody out of a conference; one who is still being called is given up."""
        await self._connection.ask(
            "DELETE", f"/v1/conferences/{piece(conference)}/participants/{piece(call)}", type(None)
        )

    async def show(self, conference: str, call: str) -> models.Participant:
        """One of them: `call` is the SID of their call, or their label."""
        return cast(
            "models.Participant",
            await self._connection.ask(
                "GET",
                f"/v1/conferences/{piece(conference)}/participants/{piece(call)}",
                models.Participant,
            ),
        )

    async def update(
        self,
        conference: str,
        call: str,
        *,
        muted: bool | None = None,
        held: bool | None = None,
        hold_url: str | None = None,
        hold_method: str | None = None,
        announce_url: str | None = None,
        announce_method: str | None = None,
        wait_url: str | None = None,
        wait_method: str | None = None,
        beep_on_exit: bool | None = None,
        end_on_exit: bool | None = None,
        coaching: bool | None = None,
        coach: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Participant:
        """Mute, hold, address, coach a participant, or change what their leaving does."""
        return cast(
            "models.Participant",
            await self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(conference)}/participants/{piece(call)}",
                models.Participant,
                body={
                    "muted": muted,
                    "held": held,
                    "hold_url": hold_url,
                    "hold_method": hold_method,
                    "announce_url": announce_url,
                    "announce_method": announce_method,
                    "wait_url": wait_url,
                    "wait_method": wait_method,
                    "beep_on_exit": beep_on_exit,
                    "end_on_exit": end_on_exit,
                    "coaching": coaching,
                    "coach": coach,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncPaymentOperations:
    """``payment.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Payment]:
        """Payments, newest first, without what was paid with."""
        return cast(
            "AsyncIterator[models.Payment]",
            self._connection.pages("GET", "/v1/payments", models.Payment, query={"limit": limit}),
        )

    async def show(self, sid: str) -> models.Payment:
        """One payment with the last digits it was made with and what the processor answered."""
        return cast(
            "models.Payment",
            await self._connection.ask("GET", f"/v1/payments/{piece(sid)}", models.Payment),
        )

    async def start(
        self,
        call: str,
        *,
        key: str,
        status_url: str,
        method: str | None = None,
        amount: str | None = None,
        currency: str | None = None,
        connector: str | None = None,
        description: str | None = None,
        token_type: str | None = None,
        card_types: str | None = None,
        security_code: bool | None = None,
        postal_code: bool | None = None,
        min_postal_code_length: int | None = None,
        bank_account_type: str | None = None,
        timeout_s: int | None = None,
        twice: builtins.list[str] | None = None,
        parameters: builtins.dict[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.PaymentSession:
        """Begin a payments session on a call in progress: the caller keys a card in, nobody hears it, and `status_url` is told of it masked."""
        return cast(
            "models.PaymentSession",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/payments",
                models.PaymentSession,
                body={
                    "key": key,
                    "status_url": status_url,
                    "method": method,
                    "amount": amount,
                    "currency": currency,
                    "connector": connector,
                    "description": description,
                    "token_type": token_type,
                    "card_types": card_types,
                    "security_code": security_code,
                    "postal_code": postal_code,
                    "min_postal_code_length": min_postal_code_length,
                    "bank_account_type": bank_account_type,
                    "timeout_s": timeout_s,
                    "twice": twice,
                    "parameters": parameters,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def update(
        self,
        call: str,
        sid: str,
        *,
        status_url: str,
        capture: str | None = None,
        status: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.PaymentSession:
        """Ask the caller for one thing (`capture`), or `complete` or `cancel` the payment."""
        return cast(
            "models.PaymentSession",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/payments/{piece(sid)}",
                models.PaymentSession,
                body={"status_url": status_url, "capture": capture, "status": status},
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncPaymentConnectorOperations:
    """``payment_connector.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        name: str,
        url: str | None = None,
        template: builtins.dict[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> models.PaymentConnector:
        """Set a processor up by its URL and, where it does not speak the generic contract, a template (`ringfence.accounts.payments`)."""
        return cast(
            "models.PaymentConnector",
            await self._connection.ask(
                "POST",
                "/v1/payment-connectors",
                models.PaymentConnector,
                body={"name": name, "url": url, "template": template},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.PaymentConnector]:
        """Every processor; `test` is the sandbox of this program and moves no money."""
        return cast(
            "AsyncIterator[models.PaymentConnector]",
            self._connection.pages(
                "GET", "/v1/payment-connectors", models.PaymentConnector, query={"limit": limit}
            ),
        )

    async def remove(self, name: str) -> models.PaymentConnector:
        """Take a processor away."""
        return cast(
            "models.PaymentConnector",
            await self._connection.ask(
                "DELETE", f"/v1/payment-connectors/{piece(name)}", models.PaymentConnector
            ),
        )

    async def test(self, name: str, *, idempotency_key: str | None = None) -> models.PaymentTried:
        """Ask a processor for a token of 4242 4242 4242 4242, a card that no bank issued."""
        return cast(
            "models.PaymentTried",
            await self._connection.ask(
                "POST",
                f"/v1/payment-connectors/{piece(name)}/test",
                models.PaymentTried,
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncPhoneOperations:
    """``phone.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, *, name: str, password: str | None = None, idempotency_key: str | None = None
    ) -> models.Device:
        """Let a phone register."""
        return cast(
            "models.Device",
            await self._connection.ask(
                "POST",
                "/v1/phones",
                models.Device,
                body={"name": name, "password": password},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Device]:
        """Every phone and whether it is registered."""
        return cast(
            "AsyncIterator[models.Device]",
            self._connection.pages("GET", "/v1/phones", models.Device, query={"limit": limit}),
        )

    async def remove(self, name: str) -> models.Device:
        """Forget a phone, by its SID."""
        return cast(
            "models.Device",
            await self._connection.ask("DELETE", f"/v1/phones/{piece(name)}", models.Device),
        )


class AsyncPrivacyOperations:
    """``privacy.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def age_declare(self, *, born: str) -> models.Done:
        """The age gate."""
        return cast(
            "models.Done",
            await self._connection.ask("POST", "/v1/privacy/age", models.Done, body={"born": born}),
        )

    async def approver_add(
        self, *, name: str, idempotency_key: str | None = None
    ) -> models.Approver:
        """One who may approve."""
        return cast(
            "models.Approver",
            await self._connection.ask(
                "POST",
                "/v1/privacy/approvers",
                models.Approver,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def approver_list(self, *, limit: int | None = None) -> AsyncIterator[models.Approver]:
        """Who may approve."""
        return cast(
            "AsyncIterator[models.Approver]",
            self._connection.pages(
                "GET", "/v1/privacy/approvers", models.Approver, query={"limit": limit}
            ),
        )

    async def approver_remove(self, sid: str, *, idempotency_key: str | None = None) -> models.Done:
        """One who may no longer."""
        return cast(
            "models.Done",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/approvers/{piece(sid)}/remove",
                models.Done,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def audit_consistency(self, *, old: int, new: int) -> bytes:
        """Return the proof that the log only grew."""
        return cast(
            "bytes",
            await self._connection.ask(
                "GET", "/v1/privacy/audit/consistency", bytes, query={"old": old, "new": new}
            ),
        )

    async def audit_head(self) -> models.AuditHead:
        """Sign the log as it stands. Keep the head: a later one must extend it."""
        return cast(
            "models.AuditHead",
            await self._connection.ask("GET", "/v1/privacy/audit", models.AuditHead),
        )

    async def audit_proofs(
        self, *, address: str, idempotency_key: str | None = None
    ) -> models.Proofs:
        """Return every record about whoever has this number, with the proof that it is in the log."""
        return cast(
            "models.Proofs",
            await self._connection.ask(
                "POST",
                "/v1/privacy/audit/proofs",
                models.Proofs,
                body={"address": address},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def audit_verifier(self) -> bytes:
        """Return the program that checks proofs offline, with nothing but Python 3."""
        return cast(
            "bytes", await self._connection.ask("GET", "/v1/privacy/audit/verify.py", bytes)
        )

    async def audit_verify(self, *, idempotency_key: str | None = None) -> models.AuditReport:
        """Check the whole log: every hash, every signed head, every record."""
        return cast(
            "models.AuditReport",
            await self._connection.ask(
                "POST",
                "/v1/privacy/audit/verify",
                models.AuditReport,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_answer(
        self,
        sid: str,
        *,
        words: str | None = None,
        details: builtins.dict[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """Grant and carry out."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/answer",
                models.Case,
                body={"words": words, "details": details},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_archive(self, sid: str, *, idempotency_key: str | None = None) -> models.Archive:
        """Make the archive; the token fetches it."""
        return cast(
            "models.Archive",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/archive",
                models.Archive,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_charge(
        self,
        sid: str,
        *,
        amount: str,
        ground: str | None = None,
        words: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """A fee, where it may be."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/charge",
                models.Case,
                body={"amount": amount, "ground": ground, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_close(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """File it away."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/close",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_extend(
        self, sid: str, *, reason: str, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """More time, once."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/extend",
                models.Case,
                body={"reason": reason, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_fetch(
        self, sid: str, *, token: str, idempotency_key: str | None = None
    ) -> bytes:
        """The archive, once."""
        return cast(
            "bytes",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/archive/fetch",
                bytes,
                body={"token": token},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_identify(
        self, sid: str, *, method: str, idempotency_key: str | None = None
    ) -> models.Case:
        """It is known who asks."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/identify",
                models.Case,
                body={"method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def case_list(self, *, limit: int | None = None) -> AsyncIterator[models.Case]:
        """Requests, newest first."""
        return cast(
            "AsyncIterator[models.Case]",
            self._connection.pages("GET", "/v1/privacy/cases", models.Case, query={"limit": limit}),
        )

    async def case_mail(self, *, raw: str, idempotency_key: str | None = None) -> models.Asked:
        """A letter by e-mail."""
        return cast(
            "models.Asked",
            await self._connection.ask(
                "POST",
                "/v1/privacy/cases/mail",
                models.Asked,
                body={"raw": raw},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_open(
        self,
        *,
        kind: str,
        contact: str,
        residence: str | None = None,
        words: str | None = None,
        details: builtins.dict[str, str] | None = None,
        method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """Write down a request that came on paper."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                "/v1/privacy/cases",
                models.Case,
                body={
                    "kind": kind,
                    "contact": contact,
                    "residence": residence,
                    "words": words,
                    "details": details,
                    "method": method,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_refuse(
        self, sid: str, *, reason: str, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """Refuse, with the reason."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/refuse",
                models.Case,
                body={"reason": reason, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def case_show(self, sid: str) -> models.Case:
        """One request."""
        return cast(
            "models.Case",
            await self._connection.ask("GET", f"/v1/privacy/cases/{piece(sid)}", models.Case),
        )

    async def case_withdraw(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """It was taken back."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/cases/{piece(sid)}/withdraw",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def child_clear(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """It is none: lift."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/children/{piece(sid)}/clear",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def child_confirm(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """It is a child: erase."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/children/{piece(sid)}/confirm",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def child_list(self, *, limit: int | None = None) -> AsyncIterator[models.Case]:
        """Reports, newest first."""
        return cast(
            "AsyncIterator[models.Case]",
            self._connection.pages(
                "GET", "/v1/privacy/children", models.Case, query={"limit": limit}
            ),
        )

    async def child_report(
        self, *, contact: str, words: str | None = None, residence: str | None = None
    ) -> models.Asked:
        """Report a child."""
        return cast(
            "models.Asked",
            await self._connection.ask(
                "POST",
                "/v1/privacy/children/report",
                models.Asked,
                body={"contact": contact, "words": words, "residence": residence},
            ),
        )

    async def child_show(self, sid: str) -> models.Case:
        """One report."""
        return cast(
            "models.Case",
            await self._connection.ask("GET", f"/v1/privacy/children/{piece(sid)}", models.Case),
        )

    async def consent_give(
        self,
        *,
        number: str,
        purpose: str,
        channel: str | None = None,
        how: str | None = None,
        locale: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Choices:
        """Write down that somebody agreed to one purpose, and what they were shown."""
        return cast(
            "models.Choices",
            await self._connection.ask(
                "POST",
                "/v1/privacy/consents",
                models.Choices,
                body={
                    "number": number,
                    "purpose": purpose,
                    "channel": channel,
                    "how": how,
                    "locale": locale,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def consent_refuse(
        self,
        *,
        number: str,
        purpose: str,
        channel: str | None = None,
        how: str | None = None,
        locale: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Choices:
        """Write down that somebody was asked and said no."""
        return cast(
            "models.Choices",
            await self._connection.ask(
                "POST",
                "/v1/privacy/consents/refuse",
                models.Choices,
                body={
                    "number": number,
                    "purpose": purpose,
                    "channel": channel,
                    "how": how,
                    "locale": locale,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def consent_show(
        self, *, number: str, idempotency_key: str | None = None
    ) -> models.Choices:
        """What holds for somebody now, and every word of theirs."""
        return cast(
            "models.Choices",
            await self._connection.ask(
                "POST",
                "/v1/privacy/consents/find",
                models.Choices,
                body={"number": number},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def consent_text(
        self,
        *,
        purpose: str | None = None,
        channel: str | None = None,
        locale: str | None = None,
        shown: str | None = None,
    ) -> models.ConsentText:
        """What people are shown."""
        return cast(
            "models.ConsentText",
            await self._connection.ask(
                "GET",
                "/v1/privacy/consents/text",
                models.ConsentText,
                query={"purpose": purpose, "channel": channel, "locale": locale, "shown": shown},
            ),
        )

    async def consent_withdraw(
        self,
        *,
        number: str,
        purpose: str,
        channel: str | None = None,
        how: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Choices:
        """Take a consent back. It holds at once; what is being recorded of them stops."""
        return cast(
            "models.Choices",
            await self._connection.ask(
                "POST",
                "/v1/privacy/consents/withdraw",
                models.Choices,
                body={"number": number, "purpose": purpose, "channel": channel, "how": how},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_approve(
        self, sid: str, *, secret: str, idempotency_key: str | None = None
    ) -> models.Case:
        """One of two approves."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/approve",
                models.Case,
                body={"secret": secret},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_close(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """Everything is done."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/close",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_disclose(
        self, sid: str, *, secret: str, idempotency_key: str | None = None
    ) -> models.Archive:
        """Make the export; the token fetches it."""
        return cast(
            "models.Archive",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/disclose",
                models.Archive,
                body={"secret": secret},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_emergency(
        self,
        sid: str,
        *,
        checks: builtins.list[str],
        reason: str,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """A life."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/emergency",
                models.Case,
                body={"checks": checks, "reason": reason},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_fetch(
        self, sid: str, *, token: str, idempotency_key: str | None = None
    ) -> bytes:
        """The export, once."""
        return cast(
            "bytes",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/fetch",
                bytes,
                body={"token": token},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_gag(
        self, sid: str, *, instrument: str, until: int, idempotency_key: str | None = None
    ) -> models.Case:
        """Telling is forbidden until."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/gag",
                models.Case,
                body={"instrument": instrument, "until": until},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def demand_letters(self, *, limit: int | None = None) -> AsyncIterator[models.LetterOwed]:
        """Letters that somebody has to send: no message reaches these people."""
        return cast(
            "AsyncIterator[models.LetterOwed]",
            self._connection.pages(
                "GET", "/v1/privacy/demands/letters", models.LetterOwed, query={"limit": limit}
            ),
        )

    def demand_list(self, *, limit: int | None = None) -> AsyncIterator[models.Case]:
        """Demands, newest first."""
        return cast(
            "AsyncIterator[models.Case]",
            self._connection.pages(
                "GET", "/v1/privacy/demands", models.Case, query={"limit": limit}
            ),
        )

    async def demand_narrow(
        self,
        sid: str,
        *,
        contacts: builtins.list[str] | None = None,
        fields: builtins.list[str] | None = None,
        since: int | None = None,
        until: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """What will be given."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/narrow",
                models.Case,
                body={"contacts": contacts, "fields": fields, "since": since, "until": until},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_notify(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """The person was told, in words how; without words, tell them now."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/notify",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_object(
        self, sid: str, *, reason: str, idempotency_key: str | None = None
    ) -> models.Case:
        """Refuse, with reasons."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/object",
                models.Case,
                body={"reason": reason},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_receive(
        self,
        *,
        authority: str,
        instrument: str,
        country: str,
        contacts: builtins.list[str],
        fields: builtins.list[str],
        since: int,
        until: int,
        path: str | None = None,
        held_for_other: bool | None = None,
        words: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """Write a demand down."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                "/v1/privacy/demands",
                models.Case,
                body={
                    "authority": authority,
                    "instrument": instrument,
                    "country": country,
                    "contacts": contacts,
                    "fields": fields,
                    "since": since,
                    "until": until,
                    "path": path,
                    "held_for_other": held_for_other,
                    "words": words,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_refer(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.Case:
        """Send them to the owner."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/refer",
                models.Case,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_review(
        self, sid: str, *, secret: str, words: str, idempotency_key: str | None = None
    ) -> models.Case:
        """Look back at it."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/review",
                models.Case,
                body={"secret": secret, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_show(self, sid: str) -> models.Case:
        """One demand."""
        return cast(
            "models.Case",
            await self._connection.ask("GET", f"/v1/privacy/demands/{piece(sid)}", models.Case),
        )

    async def demand_told(
        self, sid: str, *, person: str, words: str, idempotency_key: str | None = None
    ) -> models.Case:
        """A letter went out, so."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/told",
                models.Case,
                body={"person": person, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def demand_validate(
        self, sid: str, *, checks: builtins.list[str], idempotency_key: str | None = None
    ) -> models.Case:
        """It passed these."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/demands/{piece(sid)}/validate",
                models.Case,
                body={"checks": checks},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def erase_execute(
        self, sid: str, *, idempotency_key: str | None = None
    ) -> models.Erasure:
        """Carry a plan out. Asking again answers the same and changes nothing."""
        return cast(
            "models.Erasure",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/erasures/{piece(sid)}/execute",
                models.Erasure,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def erase_list(self, *, limit: int | None = None) -> AsyncIterator[models.Erasure]:
        """Erasures that were begun, newest first."""
        return cast(
            "AsyncIterator[models.Erasure]",
            self._connection.pages(
                "GET", "/v1/privacy/erasures", models.Erasure, query={"limit": limit}
            ),
        )

    async def erase_plan(
        self, *, address: str, reason: str | None = None, idempotency_key: str | None = None
    ) -> models.Erasure:
        """Plan: what is stored about whoever has this number, what is done with it, when, why. Nothing is touched yet; a number nobody has heard of is answered in the same way."""
        return cast(
            "models.Erasure",
            await self._connection.ask(
                "POST",
                "/v1/privacy/erasures",
                models.Erasure,
                body={"address": address, "reason": reason},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def erase_receipt(self, sid: str) -> bytes:
        """Return the signed receipt as text; 404 before the erasure is done."""
        return cast(
            "bytes",
            await self._connection.ask("GET", f"/v1/privacy/erasures/{piece(sid)}/receipt", bytes),
        )

    async def erase_show(self, sid: str) -> models.Erasure:
        """A plan, or an erasure with its receipt."""
        return cast(
            "models.Erasure",
            await self._connection.ask("GET", f"/v1/privacy/erasures/{piece(sid)}", models.Erasure),
        )

    def erasure_view(self, *, limit: int | None = None) -> AsyncIterator[builtins.dict[str, Any]]:
        """What an erasure does to each place."""
        return cast(
            "AsyncIterator[builtins.dict[str, Any]]",
            self._connection.pages(
                "GET", "/v1/privacy/erasure-view", builtins.dict[str, Any], query={"limit": limit}
            ),
        )

    async def grievance_close(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """File it away."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/close",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def grievance_extend(
        self, sid: str, *, days: int, words: str, idempotency_key: str | None = None
    ) -> models.Case:
        """More time, once."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/extend",
                models.Case,
                body={"days": days, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def grievance_figures(self) -> models.Figures:
        """How grievances ended."""
        return cast(
            "models.Figures",
            await self._connection.ask("GET", "/v1/privacy/grievances/figures", models.Figures),
        )

    async def grievance_file(
        self,
        *,
        words: str,
        about: str | None = None,
        residence: str | None = None,
        contact: str | None = None,
    ) -> models.Asked:
        """Say what is wrong."""
        return cast(
            "models.Asked",
            await self._connection.ask(
                "POST",
                "/v1/privacy/grievances/file",
                models.Asked,
                body={"words": words, "about": about, "residence": residence, "contact": contact},
            ),
        )

    def grievance_list(self, *, limit: int | None = None) -> AsyncIterator[models.Case]:
        """Grievances, newest first."""
        return cast(
            "AsyncIterator[models.Case]",
            self._connection.pages(
                "GET", "/v1/privacy/grievances", models.Case, query={"limit": limit}
            ),
        )

    async def grievance_settle(
        self,
        sid: str,
        *,
        words: str,
        redress: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Case:
        """How it ends."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/settle",
                models.Case,
                body={"words": words, "redress": redress},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def grievance_show(self, sid: str) -> models.Case:
        """One grievance."""
        return cast(
            "models.Case",
            await self._connection.ask("GET", f"/v1/privacy/grievances/{piece(sid)}", models.Case),
        )

    async def grievance_status(self, *, reference: str) -> models.CaseStatus:
        """How far it is."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/grievances/status",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )

    async def grievance_take(self, sid: str, *, idempotency_key: str | None = None) -> models.Case:
        """Look into it."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/take",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def grievance_take_back(self, *, reference: str) -> models.CaseStatus:
        """Take a grievance back."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/grievances/take-back",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )

    async def grievance_withdraw(
        self, sid: str, *, idempotency_key: str | None = None
    ) -> models.Case:
        """It was taken back."""
        return cast(
            "models.Case",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/grievances/{piece(sid)}/withdraw",
                models.Case,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def hold(
        self, *, record: str, limit: int | None = None, reason: str | None = None
    ) -> AsyncIterator[models.Hold]:
        """Let nothing erase one record."""
        return cast(
            "AsyncIterator[models.Hold]",
            self._connection.pages(
                "POST",
                "/v1/privacy/holds",
                models.Hold,
                query={"limit": limit},
                body={"record": record, "reason": reason},
                keyed=True,
            ),
        )

    def holds(self, *, limit: int | None = None) -> AsyncIterator[models.Hold]:
        """The holds that stand."""
        return cast(
            "AsyncIterator[models.Hold]",
            self._connection.pages("GET", "/v1/privacy/holds", models.Hold, query={"limit": limit}),
        )

    async def honey_place(self, *, number: str, idempotency_key: str | None = None) -> models.Done:
        """Watch a number of nobody."""
        return cast(
            "models.Done",
            await self._connection.ask(
                "POST",
                "/v1/privacy/honey",
                models.Done,
                body={"number": number},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def incident_affect(
        self,
        sid: str,
        *,
        contacts: builtins.list[str] | None = None,
        serials: builtins.list[int] | None = None,
        idempotency_key: str | None = None,
    ) -> models.CaseIncident:
        """Whose data it was."""
        return cast(
            "models.CaseIncident",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/affect",
                models.CaseIncident,
                body={"contacts": contacts, "serials": serials},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def incident_close(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.CaseIncident:
        """Everybody was told."""
        return cast(
            "models.CaseIncident",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/close",
                models.CaseIncident,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def incident_contain(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.CaseIncident:
        """It goes on no longer."""
        return cast(
            "models.CaseIncident",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/contain",
                models.CaseIncident,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def incident_list(self, *, limit: int | None = None) -> AsyncIterator[models.CaseIncident]:
        """Incidents and their clocks."""
        return cast(
            "AsyncIterator[models.CaseIncident]",
            self._connection.pages(
                "GET", "/v1/privacy/incidents", models.CaseIncident, query={"limit": limit}
            ),
        )

    async def incident_open(
        self,
        *,
        kind: str,
        words: str,
        laws: builtins.list[str] | None = None,
        sectors: builtins.list[str] | None = None,
        aware: int | None = None,
        sealed: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.CaseIncident:
        """Something happened."""
        return cast(
            "models.CaseIncident",
            await self._connection.ask(
                "POST",
                "/v1/privacy/incidents",
                models.CaseIncident,
                body={
                    "kind": kind,
                    "words": words,
                    "laws": laws,
                    "sectors": sectors,
                    "aware": aware,
                    "sealed": sealed,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def incident_show(self, sid: str) -> models.CaseIncident:
        """One incident."""
        return cast(
            "models.CaseIncident",
            await self._connection.ask(
                "GET", f"/v1/privacy/incidents/{piece(sid)}", models.CaseIncident
            ),
        )

    async def incident_tell(
        self, sid: str, *, clock: str, words: str | None = None, idempotency_key: str | None = None
    ) -> models.CaseIncident:
        """Somebody was told."""
        return cast(
            "models.CaseIncident",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/tell",
                models.CaseIncident,
                body={"clock": clock, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def incident_waive(
        self, sid: str, *, clock: str, words: str | None = None, idempotency_key: str | None = None
    ) -> models.CaseIncident:
        """Nobody can read what got out."""
        return cast(
            "models.CaseIncident",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/waive",
                models.CaseIncident,
                body={"clock": clock, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def leave_alone_add(
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
            await self._connection.ask(
                "POST",
                "/v1/privacy/leave-alone",
                models.Choices,
                body={"number": number, "which": which, "how": how},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def leave_alone_count(self) -> models.Suppressions:
        """How many people are on each list; the lists hold no numbers."""
        return cast(
            "models.Suppressions",
            await self._connection.ask("GET", "/v1/privacy/leave-alone", models.Suppressions),
        )

    async def leave_alone_remove(
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
            await self._connection.ask(
                "POST",
                "/v1/privacy/leave-alone/remove",
                models.Choices,
                body={"number": number, "which": which, "how": how},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def map(
        self, *, kind: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.MapEntry]:
        """The map of the data."""
        return cast(
            "AsyncIterator[models.MapEntry]",
            self._connection.pages(
                "GET", "/v1/privacy/map", models.MapEntry, query={"kind": kind, "limit": limit}
            ),
        )

    def message_list(self, *, limit: int | None = None) -> AsyncIterator[models.PolicyMail]:
        """Messages, newest first, without addresses and texts."""
        return cast(
            "AsyncIterator[models.PolicyMail]",
            self._connection.pages(
                "GET", "/v1/privacy/messages", models.PolicyMail, query={"limit": limit}
            ),
        )

    async def message_lists(self, *, to: str, idempotency_key: str | None = None) -> models.Listed:
        """The lists an address is on, and whether it declined."""
        return cast(
            "models.Listed",
            await self._connection.ask(
                "POST",
                "/v1/privacy/subscriptions/of",
                models.Listed,
                body={"to": to},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def message_received(
        self, *, to: str, text: str, idempotency_key: str | None = None
    ) -> models.Listed:
        """Take an answer to a message; STOP ends advertising."""
        return cast(
            "models.Listed",
            await self._connection.ask(
                "POST",
                "/v1/privacy/messages/received",
                models.Listed,
                body={"to": to, "text": text},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def message_send(
        self,
        *,
        template: str,
        to: str,
        fields: builtins.dict[str, str],
        reason: str,
        product: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.PolicyMail:
        """Ask for one message by e-mail."""
        return cast(
            "models.PolicyMail",
            await self._connection.ask(
                "POST",
                "/v1/privacy/messages",
                models.PolicyMail,
                body={
                    "template": template,
                    "to": to,
                    "fields": fields,
                    "reason": reason,
                    "product": product,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def message_subscribe(
        self,
        *,
        to: str,
        name: str,
        ground: str,
        evidence: str,
        product: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Listed:
        """Put somebody on a list."""
        return cast(
            "models.Listed",
            await self._connection.ask(
                "POST",
                "/v1/privacy/subscriptions",
                models.Listed,
                body={
                    "to": to,
                    "name": name,
                    "ground": ground,
                    "evidence": evidence,
                    "product": product,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def message_suppress(self, *, to: str) -> models.Listed:
        """Send an address no more advertising."""
        return cast(
            "models.Listed",
            await self._connection.ask(
                "DELETE", "/v1/privacy/subscriptions", models.Listed, body={"to": to}
            ),
        )

    def officer_list(self, *, limit: int | None = None) -> AsyncIterator[models.Officer]:
        """Who takes grievances."""
        return cast(
            "AsyncIterator[models.Officer]",
            self._connection.pages(
                "GET", "/v1/privacy/officers", models.Officer, query={"limit": limit}
            ),
        )

    async def officer_name(
        self,
        *,
        law: str,
        name: str,
        email: str | None = None,
        post: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Officer:
        """Name an officer."""
        return cast(
            "models.Officer",
            await self._connection.ask(
                "POST",
                "/v1/privacy/officers",
                models.Officer,
                body={"law": law, "name": name, "email": email, "post": post},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def policy_acceptances(
        self, *, limit: int | None = None
    ) -> AsyncIterator[models.PolicyAcceptance]:
        """Who went on using the service under which version."""
        return cast(
            "AsyncIterator[models.PolicyAcceptance]",
            self._connection.pages(
                "GET",
                "/v1/privacy/policy/acceptances",
                models.PolicyAcceptance,
                query={"limit": limit},
            ),
        )

    async def policy_acknowledge(
        self, number: int, *, idempotency_key: str | None = None
    ) -> models.PolicyTold:
        """Acknowledge a version; who did is evidence."""
        return cast(
            "models.PolicyTold",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/policy/versions/{piece(number)}/acknowledge",
                models.PolicyTold,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def policy_current(self) -> models.PolicyVersion:
        """The notice in force."""
        return cast(
            "models.PolicyVersion",
            await self._connection.ask("GET", "/v1/privacy/policy/current", models.PolicyVersion),
        )

    async def policy_diff(self, after: int, before: int) -> models.PolicyDifference:
        """What leads from one version to another, who is told, what lapses."""
        return cast(
            "models.PolicyDifference",
            await self._connection.ask(
                "GET",
                f"/v1/privacy/policy/versions/{piece(after)}/changes/{piece(before)}",
                models.PolicyDifference,
            ),
        )

    async def policy_draft(self, name: str) -> builtins.dict[str, Any]:
        """The notice that a shipped pack would give here."""
        return cast(
            "builtins.dict[str, Any]",
            await self._connection.ask(
                "GET", f"/v1/privacy/policy/draft/{piece(name)}", builtins.dict[str, Any]
            ),
        )

    def policy_lint(
        self, *, limit: int | None = None, name: str | None = None, document: str | None = None
    ) -> AsyncIterator[models.PolicyFinding]:
        """What is wrong with a pack, line by line, each with the clause it goes against."""
        return cast(
            "AsyncIterator[models.PolicyFinding]",
            self._connection.pages(
                "POST",
                "/v1/privacy/policy/lint",
                models.PolicyFinding,
                query={"limit": limit},
                body={"name": name, "document": document},
                keyed=True,
            ),
        )

    def policy_packs(self, *, limit: int | None = None) -> AsyncIterator[models.PolicyPack]:
        """The packs that are shipped and how many of their clauses are kept."""
        return cast(
            "AsyncIterator[models.PolicyPack]",
            self._connection.pages(
                "GET", "/v1/privacy/policy/packs", models.PolicyPack, query={"limit": limit}
            ),
        )

    def policy_pending(self, *, limit: int | None = None) -> AsyncIterator[models.PolicyVersion]:
        """Material versions that nobody has acknowledged."""
        return cast(
            "AsyncIterator[models.PolicyVersion]",
            self._connection.pages(
                "GET", "/v1/privacy/policy/pending", models.PolicyVersion, query={"limit": limit}
            ),
        )

    async def policy_refresh(self, *, idempotency_key: str | None = None) -> models.PolicyVersion:
        """Publish a new version if what is done has changed."""
        return cast(
            "models.PolicyVersion",
            await self._connection.ask(
                "POST",
                "/v1/privacy/policy/refresh",
                models.PolicyVersion,
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def policy_source(self) -> str:
        """The pack in use, as it is written."""
        return cast("str", await self._connection.ask("GET", "/v1/privacy/policy/source", str))

    def policy_told(self, *, limit: int | None = None) -> AsyncIterator[models.PolicyTold]:
        """The evidence of who was told of which version."""
        return cast(
            "AsyncIterator[models.PolicyTold]",
            self._connection.pages(
                "GET", "/v1/privacy/policy/told", models.PolicyTold, query={"limit": limit}
            ),
        )

    async def policy_use(
        self,
        *,
        name: str | None = None,
        document: str | None = None,
        effective: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.PolicyVersion:
        """Publish the notice of a pack; 201 with the version it is."""
        return cast(
            "models.PolicyVersion",
            await self._connection.ask(
                "POST",
                "/v1/privacy/policy",
                models.PolicyVersion,
                body={"name": name, "document": document, "effective": effective},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def policy_version(self, number: int) -> models.PolicyVersion:
        """One version with its notice."""
        return cast(
            "models.PolicyVersion",
            await self._connection.ask(
                "GET", f"/v1/privacy/policy/versions/{piece(number)}", models.PolicyVersion
            ),
        )

    def policy_versions(self, *, limit: int | None = None) -> AsyncIterator[models.PolicyVersion]:
        """Every version of the notice, oldest first, without its text."""
        return cast(
            "AsyncIterator[models.PolicyVersion]",
            self._connection.pages(
                "GET", "/v1/privacy/policy/versions", models.PolicyVersion, query={"limit": limit}
            ),
        )

    async def primary_admin_set(self, *, email: str) -> models.PrimaryAdmin:
        """Name who is told; what the last one was not told yet, the new one is."""
        return cast(
            "models.PrimaryAdmin",
            await self._connection.ask(
                "PUT", "/v1/privacy/primary-admin", models.PrimaryAdmin, body={"email": email}
            ),
        )

    async def primary_admin_show(self) -> models.PrimaryAdmin:
        """Who is told of material changes."""
        return cast(
            "models.PrimaryAdmin",
            await self._connection.ask("GET", "/v1/privacy/primary-admin", models.PrimaryAdmin),
        )

    def processing(self, *, limit: int | None = None) -> AsyncIterator[builtins.dict[str, Any]]:
        """The record of processing activities."""
        return cast(
            "AsyncIterator[builtins.dict[str, Any]]",
            self._connection.pages(
                "GET", "/v1/privacy/processing", builtins.dict[str, Any], query={"limit": limit}
            ),
        )

    def promise_list(
        self, *, company: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Promise]:
        """The clauses of the policies, and what keeps each."""
        return cast(
            "AsyncIterator[models.Promise]",
            self._connection.pages(
                "GET",
                "/v1/privacy/promises",
                models.Promise,
                query={"company": company, "limit": limit},
            ),
        )

    async def proof_begin(
        self, *, people: int | None = None, idempotency_key: str | None = None
    ) -> models.Work:
        """Begin a proof: made-up people go through everything, are erased, and every byte of the data folder and the backups is searched."""
        return cast(
            "models.Work",
            await self._connection.ask(
                "POST",
                "/v1/privacy/proofs",
                models.Work,
                body={"people": people},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def proof_report(self, sid: str) -> bytes:
        """Return the signed report of a proof as text; 404 before it is done."""
        return cast(
            "bytes",
            await self._connection.ask("GET", f"/v1/privacy/proofs/{piece(sid)}/report", bytes),
        )

    async def recipient_engage(
        self,
        processor: str,
        *,
        country: str | None = None,
        mechanism: str | None = None,
        until: int | None = None,
    ) -> models.Recipient:
        """Write down the contract with a recipient."""
        return cast(
            "models.Recipient",
            await self._connection.ask(
                "PUT",
                f"/v1/privacy/recipients/{piece(processor)}",
                models.Recipient,
                body={"country": country, "mechanism": mechanism, "until": until},
            ),
        )

    def recipient_list(self, *, limit: int | None = None) -> AsyncIterator[models.Recipient]:
        """Who receives data, on what terms."""
        return cast(
            "AsyncIterator[models.Recipient]",
            self._connection.pages(
                "GET", "/v1/privacy/recipients", models.Recipient, query={"limit": limit}
            ),
        )

    def recording(self, sid: str, *, limit: int | None = None) -> AsyncIterator[models.Ruling]:
        """Every ruling on recordings of a call, decided again and explained."""
        return cast(
            "AsyncIterator[models.Ruling]",
            self._connection.pages(
                "GET", f"/v1/privacy/recording/{piece(sid)}", models.Ruling, query={"limit": limit}
            ),
        )

    def release(
        self, *, record: str, limit: int | None = None, reason: str | None = None
    ) -> AsyncIterator[models.Hold]:
        """End a hold."""
        return cast(
            "AsyncIterator[models.Hold]",
            self._connection.pages(
                "POST",
                "/v1/privacy/holds/lift",
                models.Hold,
                query={"limit": limit},
                body={"record": record, "reason": reason},
                keyed=True,
            ),
        )

    def restrict(
        self, *, number: str, limit: int | None = None, reason: str | None = None
    ) -> AsyncIterator[str]:
        """Store somebody's data and use it no more; why it is restricted now."""
        return cast(
            "AsyncIterator[str]",
            self._connection.pages(
                "POST",
                "/v1/privacy/restrictions",
                str,
                query={"limit": limit},
                body={"number": number, "reason": reason},
                keyed=True,
            ),
        )

    def retention_preview(self, *, limit: int | None = None) -> AsyncIterator[models.SweepDue]:
        """What the next sweep will remove, kind by kind."""
        return cast(
            "AsyncIterator[models.SweepDue]",
            self._connection.pages(
                "GET", "/v1/privacy/retention/preview", models.SweepDue, query={"limit": limit}
            ),
        )

    def retention_rules(self, *, limit: int | None = None) -> AsyncIterator[models.RetentionTerm]:
        """How long each kind of record is kept, and by whose law."""
        return cast(
            "AsyncIterator[models.RetentionTerm]",
            self._connection.pages(
                "GET", "/v1/privacy/retention", models.RetentionTerm, query={"limit": limit}
            ),
        )

    def retention_sweep(self, *, limit: int | None = None) -> AsyncIterator[models.SweepDue]:
        """Remove now what is older than it may be; what went, kind by kind."""
        return cast(
            "AsyncIterator[models.SweepDue]",
            self._connection.pages(
                "POST",
                "/v1/privacy/retention/sweep",
                models.SweepDue,
                query={"limit": limit},
                keyed=True,
            ),
        )

    async def rights_ask(
        self,
        *,
        kind: str,
        contact: str,
        residence: str | None = None,
        words: str | None = None,
        details: builtins.dict[str, str] | None = None,
    ) -> models.Asked:
        """Ask for a right."""
        return cast(
            "models.Asked",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests",
                models.Asked,
                body={
                    "kind": kind,
                    "contact": contact,
                    "residence": residence,
                    "words": words,
                    "details": details,
                },
            ),
        )

    async def rights_code(self, *, reference: str) -> models.CaseStatus:
        """Send another code."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests/code",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )

    async def rights_fetch(self, *, reference: str) -> bytes:
        """Fetch the archive, once."""
        return cast(
            "bytes",
            await self._connection.ask(
                "POST", "/v1/privacy/requests/archive", bytes, body={"reference": reference}
            ),
        )

    async def rights_status(self, *, reference: str) -> models.CaseStatus:
        """How far it is."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests/status",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )

    async def rights_verify(self, *, reference: str, code: str) -> models.CaseStatus:
        """Show the code."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests/verify",
                models.CaseStatus,
                body={"reference": reference, "code": code},
            ),
        )

    async def rights_withdraw(self, *, reference: str) -> models.CaseStatus:
        """Take a request back."""
        return cast(
            "models.CaseStatus",
            await self._connection.ask(
                "POST",
                "/v1/privacy/requests/withdraw",
                models.CaseStatus,
                body={"reference": reference},
            ),
        )

    async def signing_key(self) -> models.Figures:
        """The key that signs what is sent to recipients."""
        return cast(
            "models.Figures",
            await self._connection.ask("GET", "/v1/privacy/signing-key", models.Figures),
        )

    async def ticket_close(self, sid: str, *, idempotency_key: str | None = None) -> models.Ticket:
        """End a time box now."""
        return cast(
            "models.Ticket",
            await self._connection.ask(
                "POST",
                f"/v1/privacy/staff-tickets/{piece(sid)}/close",
                models.Ticket,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def ticket_list(self, *, limit: int | None = None) -> AsyncIterator[models.Ticket]:
        """Every ticket, closed ones too."""
        return cast(
            "AsyncIterator[models.Ticket]",
            self._connection.pages(
                "GET", "/v1/privacy/staff-tickets", models.Ticket, query={"limit": limit}
            ),
        )

    async def ticket_open(
        self, *, matter: str, minutes: int | None = None, idempotency_key: str | None = None
    ) -> models.Ticket:
        """Let people of the host see how calls went, for a time; the secret is here only."""
        return cast(
            "models.Ticket",
            await self._connection.ask(
                "POST",
                "/v1/privacy/staff-tickets",
                models.Ticket,
                body={"matter": matter, "minutes": minutes},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def transparency(self) -> models.Figures:
        """The transparency report."""
        return cast(
            "models.Figures",
            await self._connection.ask("GET", "/v1/privacy/transparency", models.Figures),
        )

    def unrestrict(
        self, *, number: str, limit: int | None = None, reason: str | None = None
    ) -> AsyncIterator[str]:
        """End a restriction; the reasons that still stand."""
        return cast(
            "AsyncIterator[str]",
            self._connection.pages(
                "POST",
                "/v1/privacy/restrictions/lift",
                str,
                query={"limit": limit},
                body={"number": number, "reason": reason},
                keyed=True,
            ),
        )


class AsyncQueueOperations:
    """``queue.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, *, name: str, max_size: int | None = None, idempotency_key: str | None = None
    ) -> models.Queue:
        """Set up a queue. One also comes to be when a caller is sent to a name that is not there."""
        return cast(
            "models.Queue",
            await self._connection.ask(
                "POST",
                "/v1/queues",
                models.Queue,
                body={"name": name, "max_size": max_size},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Queue]:
        """Every queue, oldest first."""
        return cast(
            "AsyncIterator[models.Queue]",
            self._connection.pages("GET", "/v1/queues", models.Queue, query={"limit": limit}),
        )

    async def member_dequeue(
        self,
        queue: str,
        call: str,
        *,
        url: str,
        method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Member:
        """Take a waiting call (`Front`: the first) out and send it to the document at `url`."""
        return cast(
            "models.Member",
            await self._connection.ask(
                "POST",
                f"/v1/queues/{piece(queue)}/members/{piece(call)}/dequeue",
                models.Member,
                body={"url": url, "method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def member_list(self, queue: str, *, limit: int | None = None) -> AsyncIterator[models.Member]:
        """Who waits in a queue, first come first."""
        return cast(
            "AsyncIterator[models.Member]",
            self._connection.pages(
                "GET", f"/v1/queues/{piece(queue)}/members", models.Member, query={"limit": limit}
            ),
        )

    async def member_show(self, queue: str, call: str) -> models.Member:
        """One of them; `call` `Front` is the first."""
        return cast(
            "models.Member",
            await self._connection.ask(
                "GET", f"/v1/queues/{piece(queue)}/members/{piece(call)}", models.Member
            ),
        )

    async def remove(self, sid: str) -> None:
        """Remove a queue in which nobody waits."""
        await self._connection.ask("DELETE", f"/v1/queues/{piece(sid)}", type(None))

    async def show(self, sid: str) -> models.Queue:
        """One queue."""
        return cast(
            "models.Queue",
            await self._connection.ask("GET", f"/v1/queues/{piece(sid)}", models.Queue),
        )

    async def update(
        self,
        sid: str,
        *,
        name: str | None = None,
        max_size: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Queue:
        """Call a queue something else, or let more or fewer wait in it; who waits stays."""
        return cast(
            "models.Queue",
            await self._connection.ask(
                "POST",
                f"/v1/queues/{piece(sid)}",
                models.Queue,
                body={"name": name, "max_size": max_size},
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncRecordingOperations:
    """``recording.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def control(
        self,
        call: str,
        sid: str,
        *,
        to: str,
        keep_time: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Recording:
        """Pause, go on with or stop a recording."""
        return cast(
            "models.Recording",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/recordings/{piece(sid)}",
                models.Recording,
                body={"to": to, "keep_time": keep_time},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def export(self, sid: str, *, channel: Literal["in", "out"] | None = None) -> bytes:
        """Return the audio of a recording as WAV; `Range` asks for a part of it (RFC 9110 14.2). The audio is opened for this request only, which the audit log notes, and never rests anywhere in clear."""
        return cast(
            "bytes",
            await self._connection.ask(
                "GET", f"/v1/recordings/{piece(sid)}/audio", bytes, query={"channel": channel}
            ),
        )

    def list(
        self, *, call: str | None = None, conference: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Recording]:
        """Recordings and voicemails, newest first."""
        return cast(
            "AsyncIterator[models.Recording]",
            self._connection.pages(
                "GET",
                "/v1/recordings",
                models.Recording,
                query={"call": call, "conference": conference, "limit": limit},
            ),
        )

    async def remove(self, sid: str) -> None:
        """Remove a recording: its keys and its sound at once."""
        await self._connection.ask("DELETE", f"/v1/recordings/{piece(sid)}", type(None))

    async def show(self, sid: str) -> models.Recording:
        """One recording; its audio is below it."""
        return cast(
            "models.Recording",
            await self._connection.ask("GET", f"/v1/recordings/{piece(sid)}", models.Recording),
        )

    async def start(
        self,
        call: str,
        *,
        dual: bool | None = None,
        track: str | None = None,
        trim: bool | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        status_events: builtins.list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Recording:
        """Record a call that is going on."""
        return cast(
            "models.Recording",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/recordings",
                models.Recording,
                body={
                    "dual": dual,
                    "track": track,
                    "trim": trim,
                    "status_url": status_url,
                    "status_method": status_method,
                    "status_events": status_events,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncRestoreOperations:
    """``restore.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def show(self) -> models.Staged:
        """What is put back at the next start."""
        return cast(
            "models.Staged", await self._connection.ask("GET", "/v1/restore", models.Staged)
        )

    async def stage(self, *, backup: str, idempotency_key: str | None = None) -> models.Work:
        """Check a backup and have it put back at the next start, which serves only after the erasures since were done again."""
        return cast(
            "models.Work",
            await self._connection.ask(
                "POST",
                "/v1/restore",
                models.Work,
                body={"backup": backup},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def unstage(self) -> models.Staged:
        """Put nothing back at the next start."""
        return cast(
            "models.Staged", await self._connection.ask("DELETE", "/v1/restore", models.Staged)
        )


class AsyncRoleOperations:
    """``role.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Role]:
        """Every role that may be handed out, and the purposes it has."""
        return cast(
            "AsyncIterator[models.Role]",
            self._connection.pages("GET", "/v1/roles", models.Role, query={"limit": limit}),
        )


class AsyncSettingsOperations:
    """``settings.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def show(self, *, limit: int | None = None) -> AsyncIterator[models.Setting]:
        """Every setting and where its value comes from; no secret."""
        return cast(
            "AsyncIterator[models.Setting]",
            self._connection.pages("GET", "/v1/settings", models.Setting, query={"limit": limit}),
        )


class AsyncSipAddressOperations:
    """``sip_address.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
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
            await self._connection.ask(
                "POST",
                f"/v1/sip-addresses/{piece(list_sid)}",
                models.SipAddress,
                body={"address": address, "prefix": prefix, "name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
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
            await self._connection.ask(
                "POST",
                f"/v1/sip-addresses/{piece(list_sid)}/{piece(sid)}",
                models.SipAddress,
                body={"address": address, "prefix": prefix, "name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, list_sid: str, *, limit: int | None = None) -> AsyncIterator[models.SipAddress]:
        """What is on a list."""
        return cast(
            "AsyncIterator[models.SipAddress]",
            self._connection.pages(
                "GET",
                f"/v1/sip-addresses/{piece(list_sid)}",
                models.SipAddress,
                query={"limit": limit},
            ),
        )

    async def remove(self, list_sid: str, sid: str) -> None:
        """Take an address off a list."""
        await self._connection.ask(
            "DELETE", f"/v1/sip-addresses/{piece(list_sid)}/{piece(sid)}", type(None)
        )


class AsyncSipCredentialOperations:
    """``sip_credential.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, list_sid: str, *, username: str, password: str, idempotency_key: str | None = None
    ) -> models.SipCredential:
        """Let somebody prove by a password that they are on a list."""
        return cast(
            "models.SipCredential",
            await self._connection.ask(
                "POST",
                f"/v1/sip-credentials/{piece(list_sid)}",
                models.SipCredential,
                body={"username": username, "password": password},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def change(
        self, list_sid: str, sid: str, *, password: str, idempotency_key: str | None = None
    ) -> models.SipCredential:
        """Give somebody another password; the old one is good for nothing from then on."""
        return cast(
            "models.SipCredential",
            await self._connection.ask(
                "POST",
                f"/v1/sip-credentials/{piece(list_sid)}/{piece(sid)}",
                models.SipCredential,
                body={"password": password},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(
        self, list_sid: str, *, limit: int | None = None
    ) -> AsyncIterator[models.SipCredential]:
        """Who is on a list; never a password."""
        return cast(
            "AsyncIterator[models.SipCredential]",
            self._connection.pages(
                "GET",
                f"/v1/sip-credentials/{piece(list_sid)}",
                models.SipCredential,
                query={"limit": limit},
            ),
        )

    async def remove(self, list_sid: str, sid: str) -> None:
        """Take somebody off a list."""
        await self._connection.ask(
            "DELETE", f"/v1/sip-credentials/{piece(list_sid)}/{piece(sid)}", type(None)
        )


class AsyncSipDomainOperations:
    """``sip_domain.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        domain: str,
        name: str | None = None,
        hooks: builtins.dict[str, builtins.dict[str, str]] | None = None,
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
        hooks: builtins.dict[str, builtins.dict[str, str]] | None = None,
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


class AsyncSipListOperations:
    """``sip_list.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, kind: str, *, name: str, idempotency_key: str | None = None
    ) -> models.SipList:
        """Make a list of `credentials` or of `addresses`."""
        return cast(
            "models.SipList",
            await self._connection.ask(
                "POST",
                f"/v1/sip-lists/{piece(kind)}",
                models.SipList,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, kind: str, *, limit: int | None = None) -> AsyncIterator[models.SipList]:
        """Every list of a kind."""
        return cast(
            "AsyncIterator[models.SipList]",
            self._connection.pages(
                "GET", f"/v1/sip-lists/{piece(kind)}", models.SipList, query={"limit": limit}
            ),
        )

    async def remove(self, kind: str, sid: str) -> None:
        """Remove a list and those on it. Raises `Refused` (`in_use`) while a domain has it."""
        await self._connection.ask(
            "DELETE", f"/v1/sip-lists/{piece(kind)}/{piece(sid)}", type(None)
        )

    async def rename(
        self, kind: str, sid: str, *, name: str, idempotency_key: str | None = None
    ) -> models.SipList:
        """Call it something else."""
        return cast(
            "models.SipList",
            await self._connection.ask(
                "POST",
                f"/v1/sip-lists/{piece(kind)}/{piece(sid)}",
                models.SipList,
                body={"name": name},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self, kind: str, sid: str) -> models.SipList:
        """One list."""
        return cast(
            "models.SipList",
            await self._connection.ask(
                "GET", f"/v1/sip-lists/{piece(kind)}/{piece(sid)}", models.SipList
            ),
        )


class AsyncStreamOperations:
    """``stream.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def start(
        self,
        call: str,
        *,
        url: str,
        name: str | None = None,
        track: str | None = None,
        parameters: builtins.dict[str, str] | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Stream:
        """Let a server (`url`: ws or wss) hear a call in progress, as far as the law lets it."""
        return cast(
            "models.Stream",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/streams",
                models.Stream,
                body={
                    "url": url,
                    "name": name,
                    "track": track,
                    "parameters": parameters,
                    "status_url": status_url,
                    "status_method": status_method,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def stop(
        self, call: str, stream: str, *, idempotency_key: str | None = None
    ) -> models.Stream:
        """Let a server hear a call no longer; `stream`: its SID, or the name it was given."""
        return cast(
            "models.Stream",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/streams/{piece(stream)}/stop",
                models.Stream,
                key=idempotency_key,
                keyed=True,
            ),
        )


class AsyncSystemOperations:
    """``system.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def doctor(self, *, limit: int | None = None) -> AsyncIterator[models.AboutFinding]:
        """What is wrong with the installation, with the command that mends each."""
        return cast(
            "AsyncIterator[models.AboutFinding]",
            self._connection.pages(
                "GET", "/v1/doctor", models.AboutFinding, query={"limit": limit}
            ),
        )

    async def health(self) -> models.Health:
        """Whether calls are taken with audio."""
        return cast(
            "models.Health", await self._connection.ask("GET", "/v1/system/health", models.Health)
        )

    async def metrics(self) -> models.Metrics:
        """Counters, none of which is about a person."""
        return cast(
            "models.Metrics",
            await self._connection.ask("GET", "/v1/system/metrics", models.Metrics),
        )

    async def status(self) -> models.Status:
        """How the running installation is."""
        return cast("models.Status", await self._connection.ask("GET", "/v1/system", models.Status))


class AsyncTariffOperations:
    """``tariff.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def import_(
        self,
        *,
        text: str,
        currency: str | None = None,
        sid: str | None = None,
        since: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Tariff:
        """Set a whole tariff from the text of a TOML or CSV file: a new version."""
        return cast(
            "models.Tariff",
            await self._connection.ask(
                "POST",
                "/v1/tariffs",
                models.Tariff,
                body={"text": text, "currency": currency, "sid": sid, "since": since},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(
        self, *, sid: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Tariff]:
        """Every version of the installation's tariff, or of an account's own (`sid`)."""
        return cast(
            "AsyncIterator[models.Tariff]",
            self._connection.pages(
                "GET", "/v1/tariffs", models.Tariff, query={"sid": sid, "limit": limit}
            ),
        )

    async def remove(
        self,
        *,
        service: str,
        to: str | None = None,
        sid: str | None = None,
        since: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Tariff:
        """Take one rate out: a new version without it."""
        return cast(
            "models.Tariff",
            await self._connection.ask(
                "POST",
                "/v1/tariffs/rates/remove",
                models.Tariff,
                body={"service": service, "to": to, "sid": sid, "since": since},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def set(
        self,
        *,
        service: str,
        price: str,
        to: str | None = None,
        per: str | None = None,
        increment: str | None = None,
        currency: str | None = None,
        sid: str | None = None,
        since: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Tariff:
        """Set one rate: a new version, with the other rates of the newest one."""
        return cast(
            "models.Tariff",
            await self._connection.ask(
                "POST",
                "/v1/tariffs/rates",
                models.Tariff,
                body={
                    "service": service,
                    "price": price,
                    "to": to,
                    "per": per,
                    "increment": increment,
                    "currency": currency,
                    "sid": sid,
                    "since": since,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self) -> models.Tariff | None:
        """What the account pays by at present; null: nothing costs."""
        return cast(
            "models.Tariff | None",
            await self._connection.ask("GET", "/v1/tariffs/current", models.Tariff | None),
        )


class AsyncTranscriptionOperations:
    """``transcription.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def list(
        self, *, recording: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Transcription]:
        """Transcriptions of recordings, newest first."""
        return cast(
            "AsyncIterator[models.Transcription]",
            self._connection.pages(
                "GET",
                "/v1/transcriptions",
                models.Transcription,
                query={"recording": recording, "limit": limit},
            ),
        )

    async def remove(self, sid: str) -> None:
        """Remove a transcription; the recording stays."""
        await self._connection.ask("DELETE", f"/v1/transcriptions/{piece(sid)}", type(None))

    async def request(
        self,
        recording: str,
        *,
        language: str | None = None,
        url: str | None = None,
        method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Transcription:
        """Have a recording read by the recogniser (a setting)."""
        return cast(
            "models.Transcription",
            await self._connection.ask(
                "POST",
                f"/v1/recordings/{piece(recording)}/transcriptions",
                models.Transcription,
                body={"language": language, "url": url, "method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self, sid: str) -> models.Transcription:
        """One transcription: all of it, and utterance by utterance."""
        return cast(
            "models.Transcription",
            await self._connection.ask(
                "GET", f"/v1/transcriptions/{piece(sid)}", models.Transcription
            ),
        )


class AsyncTrunkOperations:
    """``trunk.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        name: str,
        address: str | None = None,
        register: str | None = None,
        password: str | None = None,
        transport: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Trunk:
        """Trust a carrier, or register at it."""
        return cast(
            "models.Trunk",
            await self._connection.ask(
                "POST",
                "/v1/trunks",
                models.Trunk,
                body={
                    "name": name,
                    "address": address,
                    "register": register,
                    "password": password,
                    "transport": transport,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def check(
        self,
        *,
        name: str,
        address: str | None = None,
        register: str | None = None,
        transport: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Refuse what adding would refuse."""
        await self._connection.ask(
            "POST",
            "/v1/trunks/check",
            type(None),
            body={"name": name, "address": address, "register": register, "transport": transport},
            key=idempotency_key,
            keyed=True,
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Trunk]:
        """Every trunk and its state."""
        return cast(
            "AsyncIterator[models.Trunk]",
            self._connection.pages("GET", "/v1/trunks", models.Trunk, query={"limit": limit}),
        )

    async def remove(self, name: str) -> models.Trunk:
        """Trust a carrier no longer, or unregister from it."""
        return cast(
            "models.Trunk",
            await self._connection.ask("DELETE", f"/v1/trunks/{piece(name)}", models.Trunk),
        )


class AsyncUsageOperations:
    """``usage.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def records(
        self,
        *,
        period: str | None = None,
        span: str | None = None,
        since: str | None = None,
        until: str | None = None,
        category: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.UsageRecord]:
        """Calls, recordings and messages counted, by day, month, year or the whole span."""
        return cast(
            "AsyncIterator[models.UsageRecord]",
            self._connection.pages(
                "GET",
                "/v1/usage",
                models.UsageRecord,
                query={
                    "period": period,
                    "span": span,
                    "since": since,
                    "until": until,
                    "category": category,
                    "limit": limit,
                },
            ),
        )

    async def trigger_add(
        self,
        *,
        category: str,
        value: str,
        url: str,
        method: str | None = None,
        by: str | None = None,
        recurring: str | None = None,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.UsageTrigger:
        """Have a server told once a category reaches an amount; `+5`: five more than now."""
        return cast(
            "models.UsageTrigger",
            await self._connection.ask(
                "POST",
                "/v1/usage-triggers",
                models.UsageTrigger,
                body={
                    "category": category,
                    "value": value,
                    "url": url,
                    "method": method,
                    "by": by,
                    "recurring": recurring,
                    "name": name,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def trigger_change(
        self,
        sid: str,
        *,
        name: str | None = None,
        url: str | None = None,
        method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.UsageTrigger:
        """Change its name, or who is told."""
        return cast(
            "models.UsageTrigger",
            await self._connection.ask(
                "POST",
                f"/v1/usage-triggers/{piece(sid)}",
                models.UsageTrigger,
                body={"name": name, "url": url, "method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def trigger_list(self, *, limit: int | None = None) -> AsyncIterator[models.UsageTrigger]:
        """Every trigger, and how much was used by now."""
        return cast(
            "AsyncIterator[models.UsageTrigger]",
            self._connection.pages(
                "GET", "/v1/usage-triggers", models.UsageTrigger, query={"limit": limit}
            ),
        )

    async def trigger_remove(self, sid: str) -> None:
        """Tell nobody any more."""
        await self._connection.ask("DELETE", f"/v1/usage-triggers/{piece(sid)}", type(None))

    async def trigger_show(self, sid: str) -> models.UsageTrigger:
        """One trigger."""
        return cast(
            "models.UsageTrigger",
            await self._connection.ask(
                "GET", f"/v1/usage-triggers/{piece(sid)}", models.UsageTrigger
            ),
        )


class AsyncWebhookOperations:
    """``webhook.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        url: str,
        events: builtins.list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Webhook:
        """Have a server told of events: `message.received`, `message.sent`, `message.delivered`, `message.undelivered`, `message.failed`, `message.canceled`, `message.read`."""
        return cast(
            "models.Webhook",
            await self._connection.ask(
                "POST",
                "/v1/webhooks",
                models.Webhook,
                body={"url": url, "events": events},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Webhook]:
        """Who is told of events."""
        return cast(
            "AsyncIterator[models.Webhook]",
            self._connection.pages("GET", "/v1/webhooks", models.Webhook, query={"limit": limit}),
        )

    async def remove(self, sid: str) -> None:
        """Tell it nothing more; what waits already is told."""
        await self._connection.ask("DELETE", f"/v1/webhooks/{piece(sid)}", type(None))

    async def show(self, sid: str) -> models.Webhook:
        """One of them."""
        return cast(
            "models.Webhook",
            await self._connection.ask("GET", f"/v1/webhooks/{piece(sid)}", models.Webhook),
        )


class AsyncWorkOperations:
    """``work.…``"""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def cancel(self, sid: str, *, idempotency_key: str | None = None) -> models.Work:
        """Stop it; what it had begun is tidied away."""
        return cast(
            "models.Work",
            await self._connection.ask(
                "POST",
                f"/v1/work/{piece(sid)}/cancel",
                models.Work,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> AsyncIterator[models.Work]:
        """Long work since the server started, newest first."""
        return cast(
            "AsyncIterator[models.Work]",
            self._connection.pages("GET", "/v1/work", models.Work, query={"limit": limit}),
        )

    async def show(self, sid: str) -> models.Work:
        """How far it is, and what came of it."""
        return cast(
            "models.Work", await self._connection.ask("GET", f"/v1/work/{piece(sid)}", models.Work)
        )


class AsyncOperations:
    """Every operation, by its group."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.account = AsyncAccountOperations(connection)
        self.address = AsyncAddressOperations(connection)
        self.app = AsyncAppOperations(connection)
        self.application = AsyncApplicationOperations(connection)
        self.backup = AsyncBackupOperations(connection)
        self.balance = AsyncBalanceOperations(connection)
        self.call = AsyncCallOperations(connection)
        self.caller_id = AsyncCallerIdOperations(connection)
        self.carrier = AsyncCarrierOperations(connection)
        self.conference = AsyncConferenceOperations(connection)
        self.delivery = AsyncDeliveryOperations(connection)
        self.event = AsyncEventOperations(connection)
        self.flow = AsyncFlowOperations(connection)
        self.inbox = AsyncInboxOperations(connection)
        self.key = AsyncKeyOperations(connection)
        self.live_transcription = AsyncLiveTranscriptionOperations(connection)
        self.message = AsyncMessageOperations(connection)
        self.notification = AsyncNotificationOperations(connection)
        self.number = AsyncNumberOperations(connection)
        self.participant = AsyncParticipantOperations(connection)
        self.payment = AsyncPaymentOperations(connection)
        self.payment_connector = AsyncPaymentConnectorOperations(connection)
        self.phone = AsyncPhoneOperations(connection)
        self.privacy = AsyncPrivacyOperations(connection)
        self.queue = AsyncQueueOperations(connection)
        self.recording = AsyncRecordingOperations(connection)
        self.restore = AsyncRestoreOperations(connection)
        self.role = AsyncRoleOperations(connection)
        self.settings = AsyncSettingsOperations(connection)
        self.sip_address = AsyncSipAddressOperations(connection)
        self.sip_credential = AsyncSipCredentialOperations(connection)
        self.sip_domain = AsyncSipDomainOperations(connection)
        self.sip_list = AsyncSipListOperations(connection)
        self.stream = AsyncStreamOperations(connection)
        self.system = AsyncSystemOperations(connection)
        self.tariff = AsyncTariffOperations(connection)
        self.transcription = AsyncTranscriptionOperations(connection)
        self.trunk = AsyncTrunkOperations(connection)
        self.usage = AsyncUsageOperations(connection)
        self.webhook = AsyncWebhookOperations(connection)
        self.work = AsyncWorkOperations(connection)
