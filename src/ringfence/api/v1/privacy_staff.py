"""``/v1/privacy/keys`` and ``/v1/privacy/staff-tickets``: who may come in, and for what.

Only the owner's credentials open these; a secret is in the answer that made it and nowhere else.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import get, post
from litestar.params import FromPath

from ringfence.api import views_choices as views
from ringfence.api.common import Asked, require, use_cases
from ringfence.kernel.errors import Refused

Body = TypeVar("Body", bound=msgspec.Struct)


class KeyWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST /v1/privacy/keys``: ``days`` None for a key that lasts until revoked."""

    name: str
    purposes: list[str]
    role: str = "admin"
    days: int | None = None


class TicketWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST /v1/privacy/staff-tickets``."""

    matter: str
    minutes: int = 60


async def _made(request: Asked, name: str, kind: type[Body]) -> Any:
    actor = await require(request)
    try:
        body = msgspec.json.decode(await request.body(), type=kind)
    except msgspec.MsgspecError:
        fields = ", ".join(kind.__struct_fields__)
        raise Refused("bad_argument", f"the body is JSON: {fields}") from None
    return await use_cases(request).run(name, msgspec.structs.asdict(body), actor=actor)


@post("/v1/privacy/keys", status_code=201)
async def add_key(request: Asked) -> views.Key:
    """Make an API key for these purposes alone; its secret is in this answer and nowhere else."""
    made: views.Key = await _made(request, "key.add", KeyWanted)
    return made


@get("/v1/privacy/keys")
async def list_keys(request: Asked) -> list[views.Key]:
    """Return every key, revoked ones too; never a secret."""
    actor = await require(request)
    found: list[views.Key] = await use_cases(request).run("key.list", {}, actor=actor)
    return found


@post("/v1/privacy/keys/{sid:str}/revoke", status_code=200)
async def revoke_key(request: Asked, sid: FromPath[str]) -> views.Key:
    """End a key at once."""
    actor = await require(request)
    ended: views.Key = await use_cases(request).run("key.revoke", {"sid": sid}, actor=actor)
    return ended


@post("/v1/privacy/staff-tickets", status_code=201)
async def open_ticket(request: Asked) -> views.Ticket:
    """Let people of the host see how calls went, for a time; the secret is in this answer only."""
    made: views.Ticket = await _made(request, "privacy.ticket.open", TicketWanted)
    return made


@get("/v1/privacy/staff-tickets")
async def list_tickets(request: Asked) -> list[views.Ticket]:
    """Return every ticket, closed ones too."""
    actor = await require(request)
    found: list[views.Ticket] = await use_cases(request).run("privacy.ticket.list", {}, actor=actor)
    return found


@post("/v1/privacy/staff-tickets/{sid:str}/close", status_code=200)
async def close_ticket(request: Asked, sid: FromPath[str]) -> views.Ticket:
    """End a time box now."""
    actor = await require(request)
    ended: views.Ticket = await use_cases(request).run(
        "privacy.ticket.close", {"sid": sid}, actor=actor
    )
    return ended


HANDLERS = (add_key, list_keys, revoke_key, open_ticket, list_tickets, close_ticket)
