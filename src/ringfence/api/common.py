"""What every HTTP page and resource shares: who is asking, errors as JSON, headers, paging."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.exceptions import HTTPException

from ringfence.api import views
from ringfence.api.use_cases import ADMIN, API, PUBLIC, UseCases
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PREFIX
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX
from ringfence.observe.logs import get_logger
from ringfence.privacy.roles import SESSION

log = get_logger(__name__)

COOKIE = "ringfence_session"

_BEARERS = (PREFIX["api_key"], PREFIX["staff_ticket"])
"""How the user names of keys and tickets begin; an account's begins otherwise."""
_STRANGERS = frozenset({"not_authorized", "key_expired", "ticket_expired"})

Asked = Request[Any, Any, State]

STATUS: Mapping[str, int] = {
    "bad_argument": 400,
    "bad_request": 400,
    "invalid_number": 400,
    "not_authorized": 401,
    "key_expired": 401,
    "ticket_expired": 401,
    "not_allowed": 403,
    "purpose_not_declared": 403,
    "purpose_not_allowed": 403,
    "purpose_missing": 403,
    "restricted": 403,
    "held": 409,
    "not_found": 404,
    "unknown_flow": 404,
    "unknown_use_case": 404,
    "too_many_requests": 429,
    "not_running": 503,
    "draining": 503,
    "too_slow": 504,
}
"""HTTP status of each refusal code; 422 where the code is not here."""

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer, errors too: nothing cached, nothing loaded from elsewhere, no token leaked."""


def use_cases(request: Asked) -> UseCases:
    """Return the object that answers the use cases."""
    found: UseCases = request.app.state.use_cases
    return found


async def require(request: Asked) -> str:
    """Return the actor behind a request, by Basic auth or session cookie.

    Raises `Refused` (``not_authorized``); the answer asks for Basic auth.
    """
    actor = await identify(request)
    if actor is None:
        raise Refused("not_authorized", "use the account SID and auth token (HTTP Basic)")
    return actor


async def identify(request: Asked) -> str | None:
    """Return the actor behind a request, or None for a stranger."""
    office = use_cases(request)
    credentials = _basic(request.headers.get("Authorization", ""))
    try:
        if credentials is not None:
            sid, token = credentials
            if sid.startswith(_BEARERS):
                args = {"key": sid, "secret": token}
                bearer: views.Bearer = await office.run("key.authenticate", args, actor=PUBLIC)
                return bearer.actor
            args = {"account_sid": sid, "auth_token": token}
            await office.run("account.authenticate", args, actor=PUBLIC)
            return API
        session = request.cookies.get(COOKIE)
        if session:
            account: views.Account = await office.run(
                "session.check", {"session": session}, actor=PUBLIC
            )
            return ADMIN if account.role in {None, "owner"} else f"{SESSION}{account.role}"
    except Refused as refusal:
        if refusal.code not in _STRANGERS:
            raise
    return None


def _basic(header: str) -> tuple[str, str] | None:
    """Read ``Basic`` credentials (RFC 7617); None where there are none or they are malformed."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = (
            base64.b64decode(rest.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None


def is_local(request: Asked) -> bool:
    """Whether a request comes straight from this machine, not through a proxy on it."""
    proxied = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    return (
        request.client is not None and request.client.host in {"127.0.0.1", "::1"} and not proxied
    )


def page(request: Asked) -> dict[str, Any]:
    """Read ``limit`` and ``before`` from the query."""
    text = request.query_params.get("limit", str(int(PAGE_DEFAULT)))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= PAGE_MAX):
        raise Refused("bad_argument", f"limit is a whole number from 1 to {PAGE_MAX}")
    return {"limit": int(text), "before": request.query_params.get("before")}


def refused(_request: Asked, refusal: Refused) -> Response[dict[str, str | None]]:
    """Answer a refusal: its stable code, its sentence, the clause behind it."""
    status = STATUS.get(refusal.code, 422)
    challenge = {"WWW-Authenticate": 'Basic realm="Ringfence"'} if status == 401 else {}
    headers = {**HEADERS, **challenge}
    content = {"code": refusal.code, "reason": refusal.reason, "clause": refusal.clause}
    return Response(content, status_code=status, media_type=MediaType.JSON, headers=headers)


def rejected(_request: Asked, error: HTTPException) -> Response[dict[str, str]]:
    """Answer what the framework refuses: no such path, no such method, a body too large."""
    codes = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
    code = codes.get(error.status_code, "bad_request")
    return Response(
        {"code": code, "reason": "nothing here answers that request"},
        status_code=error.status_code,
        media_type=MediaType.JSON,
        headers={**HEADERS, **(error.headers or {})},
    )


def broke(request: Asked, error: Exception) -> Response[dict[str, str]]:
    """Answer a bug of ours: logged with its places; the client learns only that it is ours."""
    log.error("request_failed", method=request.method, exc_info=error)
    return Response(
        {"code": "internal", "reason": "something broke inside; the log says where"},
        status_code=500,
        media_type=MediaType.JSON,
        headers=HEADERS,
    )
