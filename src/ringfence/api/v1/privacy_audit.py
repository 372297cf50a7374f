"""``/v1/privacy/audit``: the signed head of the log, proofs about a person, a check of it all."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec
from litestar import Response, get, post

from ringfence.api import views
from ringfence.api.common import HEADERS, Asked, require, use_cases
from ringfence.kernel.errors import Refused

_TEXT = "text/plain; charset=utf-8"


class Whose(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST /v1/privacy/audit/proofs``: a telephone number or a SIP address."""

    address: str


class Proofs(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the head and the proofs under it."""

    head: views.AuditHead
    proofs: list[views.AuditProof]


@get("/v1/privacy/audit")
async def show_head(request: Asked) -> views.AuditHead:
    """Sign the log as it stands and return the head. Keep it: a later one must extend it."""
    actor = await require(request)
    found: views.AuditHead = await use_cases(request).run("privacy.audit.head", {}, actor=actor)
    return found


@get("/v1/privacy/audit/consistency")
async def compare(request: Asked) -> Response[str]:
    """Return the proof that the log only grew. Query: ``old`` and ``new``, numbers of leaves."""
    actor = await require(request)
    sizes = {name: request.query_params.get(name, "") for name in ("old", "new")}
    if not all(text.isascii() and text.isdigit() for text in sizes.values()):
        raise Refused("bad_argument", "old and new are numbers of leaves")
    args = {name: int(text) for name, text in sizes.items()}
    proof: str = await use_cases(request).run("privacy.audit.consistency", args, actor=actor)
    return Response(proof, media_type=_TEXT, headers=HEADERS)


@post("/v1/privacy/audit/proofs", status_code=200, opt={"body": Whose})
async def prove(request: Asked) -> Proofs:
    """Return every record about whoever has this number, with the proof that it is in the log."""
    actor = await require(request)
    try:
        whose = msgspec.json.decode(await request.body(), type=Whose)
    except msgspec.MsgspecError:
        raise Refused("bad_argument", "the body is JSON: address") from None
    stream: Any = use_cases(request).follow(
        "privacy.audit.proofs", {"address": whose.address}, actor=actor
    )
    head: views.AuditHead = await anext(stream)
    return Proofs(head=head, proofs=[proof async for proof in stream])


@post("/v1/privacy/audit/verify", status_code=200)
async def check(request: Asked) -> views.AuditReport:
    """Check the whole log: every hash, every signed head, every record."""
    actor = await require(request)
    found: views.AuditReport = await use_cases(request).run("privacy.audit.verify", {}, actor=actor)
    return found


@get("/v1/privacy/audit/verify.py")
async def fetch_verifier(request: Asked) -> Response[str]:
    """Return the program that checks proofs offline, with nothing but Python 3."""
    await require(request)
    source = files("ringfence.privacy").joinpath("audit_verifier.py").read_text("utf-8")
    return Response(source, media_type=_TEXT, headers=HEADERS)


HANDLERS = (show_head, compare, prove, check, fetch_verifier)
