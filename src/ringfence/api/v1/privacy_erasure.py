"""``/v1/privacy/erasures``: plan an erasure, carry it out, get its receipt.

A number stands in a body, never in a path: paths end up in logs of proxies.
"""

from __future__ import annotations

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from ringfence.api import views
from ringfence.api.common import HEADERS, Asked, page, require, use_cases
from ringfence.kernel.errors import Refused


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST /v1/privacy/erasures``."""

    address: str
    """A telephone number or a SIP address."""
    reason: str = "request"


@post("/v1/privacy/erasures", status_code=201, opt={"body": Wanted})
async def plan_erasure(request: Asked) -> views.Erasure:
    """Plan: what is stored about whoever has this number, what is done with it, when, and why.

    Nothing is touched yet. A number nobody has heard of is answered in the same way.
    """
    actor = await require(request)
    try:
        wanted = msgspec.json.decode(await request.body(), type=Wanted)
    except msgspec.MsgspecError:
        raise Refused("bad_argument", "the body is JSON: address, reason") from None
    planned: views.Erasure = await use_cases(request).run(
        "privacy.erase.plan", msgspec.structs.asdict(wanted), actor=actor
    )
    return planned


@post("/v1/privacy/erasures/{sid:str}/execute", status_code=200)
async def execute_erasure(request: Asked, sid: FromPath[str]) -> views.Erasure:
    """Carry a plan out. Asking again answers the same and changes nothing."""
    actor = await require(request)
    done: views.Erasure = await use_cases(request).run(
        "privacy.erase.execute", {"sid": sid}, actor=actor
    )
    return done


@get("/v1/privacy/erasures")
async def list_erasures(request: Asked) -> list[views.Erasure]:
    """Return erasures that were begun, newest first. Query: ``limit``, ``before``."""
    actor = await require(request)
    found: list[views.Erasure] = await use_cases(request).run(
        "privacy.erase.list", page(request), actor=actor
    )
    return found


@get("/v1/privacy/erasures/{sid:str}")
async def show_erasure(request: Asked, sid: FromPath[str]) -> views.Erasure:
    """Return a plan, or an erasure with its receipt."""
    actor = await require(request)
    found: views.Erasure = await use_cases(request).run(
        "privacy.erase.show", {"sid": sid}, actor=actor
    )
    return found


@get("/v1/privacy/erasures/{sid:str}/receipt")
async def fetch_receipt(request: Asked, sid: FromPath[str]) -> Response[str]:
    """Return the signed receipt as text; 404 before the erasure is done."""
    actor = await require(request)
    found: views.Erasure = await use_cases(request).run(
        "privacy.erase.show", {"sid": sid}, actor=actor
    )
    if found.receipt is None:
        raise Refused("not_found", "this erasure has not been carried out")
    return Response(found.receipt, media_type="text/plain; charset=utf-8", headers=HEADERS)


HANDLERS = (plan_erasure, execute_erasure, list_erasures, show_erasure, fetch_receipt)
