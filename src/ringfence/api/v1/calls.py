"""``/v1/calls``: list, place, show, follow up on and end calls."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.params import FromPath

from ringfence.api import views
from ringfence.api.common import Asked, page, require, use_cases
from ringfence.kernel.errors import Refused

_STATUSES = frozenset({"offered", "ringing", "answered", "ended"})


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST /v1/calls``: whom to call and what then happens."""

    to: str
    caller: str | None = None
    flow: str | None = None
    voice_url: str | None = None
    twiml: str | None = None
    about: str | None = None
    """service, or marketing: then consent and the hours of their clock count."""
    customer: bool | None = None


@get("/v1/calls")
async def list_calls(request: Asked) -> views.CallPage:
    """Return calls, newest first. Query: ``limit``, ``before`` (a call SID), ``status``."""
    actor = await require(request)
    status = request.query_params.get("status")
    if status is not None and status not in _STATUSES:
        raise Refused("bad_argument", "status is offered, ringing, answered or ended")
    args = page(request) | {"status": status}
    found: views.CallPage = await use_cases(request).run("call.list", args, actor=actor)
    return found


@post("/v1/calls", status_code=201, opt={"body": Place})
async def place_call(request: Asked) -> views.Call:
    """Place a call; the answer is its record as it stands, ``status`` says how far it is."""
    actor = await require(request)
    try:
        wanted = msgspec.json.decode(await request.body(), type=Place)
    except msgspec.MsgspecError:
        raise Refused(
            "bad_argument", "the body is JSON: to, caller, flow, voice_url, twiml"
        ) from None
    args = {
        key: value for key, value in msgspec.structs.asdict(wanted).items() if value is not None
    }
    placed: views.Call = await use_cases(request).run("call.place", args, actor=actor)
    return placed


@get("/v1/calls/{sid:str}")
async def show_call(request: Asked, sid: FromPath[str]) -> views.Call:
    """Return one call with its legs and recordings."""
    actor = await require(request)
    found: views.Call = await use_cases(request).run("call.show", {"sid": sid}, actor=actor)
    return found


@get("/v1/calls/{sid:str}/timeline")
async def show_timeline(request: Asked, sid: FromPath[str]) -> list[views.Line]:
    """Return what happened in a call, line by line."""
    actor = await require(request)
    lines: list[views.Line] = await use_cases(request).run(
        "call.timeline", {"sid": sid}, actor=actor
    )
    return lines


@post("/v1/calls/{sid:str}/hangup", status_code=200)
async def hang_up(request: Asked, sid: FromPath[str]) -> views.Call:
    """End a call."""
    actor = await require(request)
    ended: views.Call = await use_cases(request).run("call.hangup", {"sid": sid}, actor=actor)
    return ended
