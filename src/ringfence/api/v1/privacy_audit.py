"""``/v1/privacy/audit``: the signed head of the log, proofs about a person, a check of it all."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec
from litestar import Response, get, post

from ringfence.api import views
from ringfence.api.common import HEADERS, Asked, require, use_cases
from ringfence.api.resources import Body, file, given, resource

_AT = "/v1/privacy/audit"
_TEXT = "text/plain; charset=utf-8"
_MEDIA = {"media": "text/plain"}


class Whose(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/privacy/audit/proofs``: a telephone number or a SIP address."""

    address: str


class Sizes(Body, frozen=True, kw_only=True):
    """Numbers of leaves: the log as it was, and as it is."""

    old: int
    new: int


class Proofs(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the head and the proofs under it."""

    head: views.AuditHead
    proofs: list[views.AuditProof]


@get(f"{_AT}/consistency", opt={"case": "privacy.audit.consistency", "query": Sizes, **_MEDIA})
async def compare(request: Asked) -> Response[str]:
    """Return the proof that the log only grew."""
    args = given(request)
    actor = await require(request)
    proof: str = await use_cases(request).run("privacy.audit.consistency", args, actor=actor)
    return Response(proof, media_type=_TEXT, headers=HEADERS)


@post(f"{_AT}/proofs", status_code=200, opt={"body": Whose, "case": "privacy.audit.proofs"})
async def prove(request: Asked) -> Proofs:
    """Return every record about whoever has this number, with the proof that it is in the log."""
    actor = await require(request)
    stream: Any = use_cases(request).follow("privacy.audit.proofs", given(request), actor=actor)
    head: views.AuditHead = await anext(stream)
    return Proofs(head=head, proofs=[proof async for proof in stream])


@get(f"{_AT}/verify.py", opt={"case": "privacy.audit.verifier", **_MEDIA})
async def fetch_verifier(request: Asked) -> Response[str]:
    """Return the program that checks proofs offline, with nothing but Python 3."""
    await require(request)
    source = files("ringfence.privacy").joinpath("audit_verifier.py").read_text("utf-8")
    return Response(source, media_type=_TEXT, headers=HEADERS)


HANDLERS = (
    resource(f"GET {_AT}", "privacy.audit.head", views.AuditHead,
             "Sign the log as it stands. Keep the head: a later one must extend it."),
    resource(f"POST {_AT}/verify", "privacy.audit.verify", views.AuditReport,
             "Check the whole log: every hash, every signed head, every record."),
    file(f"GET {_AT}/export", "privacy.audit.archive",
         "The whole log as a tar in the layout of C2SP tlog-tiles, to mirror it elsewhere.",
         media="application/x-tar"),
    compare, prove, fetch_verifier,
)  # fmt: skip
