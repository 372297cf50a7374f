"""What every HTTP page and resource shares: who is asking, errors as JSON, headers, paging."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from ringfence.api import cursors, refusals, views
from ringfence.api.problems import MEDIA_TYPE, ProblemDetails, problem
from ringfence.api.use_cases import ADMIN, API, PUBLIC, UseCases
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PREFIX
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX
from ringfence.observe.logs import get_logger
from ringfence.privacy.roles import ACCOUNT, SESSION

log = get_logger(__name__)

COOKIE = "ringfence_session"

_BEARERS = (PREFIX["api_key"], PREFIX["staff_ticket"])
"""How the user names of keys and tickets begin; an account's begins otherwise."""
_STRANGERS = frozenset({"not_authorized", "key_expired", "ticket_expired", "token_expired"})
_PAGING = frozenset({"limit", "cursor"})

NOTES = "ringfence.notes"
"""Where `notes` keeps what it knows, in the scope of a request."""
CHALLENGE = {"WWW-Authenticate": 'Basic realm="Ringfence", Bearer realm="Ringfence"'}
"""How to sign in (RFC 7235 4.1): with the account or a key, or with an app's access token."""

Asked = Request[Any, Any, State]

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


ACCOUNT_HEADER = "Ringfence-Account"
_ACCOUNT = ACCOUNT_HEADER.lower().encode()
"""Which account a request is about; without it, that of whoever asks."""


def account_of(request: Asked) -> str | None:
    """Return the SID of the account a request names, None where it names none."""
    return header(request, _ACCOUNT)


def header(request: Asked, name: bytes) -> str | None:
    """Return a header by its name in small letters, None where it is not there.

    Without the mapping of all headers that the framework makes: every request passes here.
    """
    for key, value in request.scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return None


def use_cases(request: Asked) -> UseCases:
    """Return the object that answers the use cases."""
    found: UseCases = request.app.state.use_cases
    return found


def notes(request: Asked) -> dict[str, Any]:
    """Return what has been found out about a request so far, kept as long as it lasts."""
    found: dict[str, Any] = request.scope.setdefault(NOTES, {"headers": {}})  # type: ignore[misc]
    return found


async def require(request: Asked) -> str:
    """Return the actor behind a request, by Basic auth, access token or session cookie.

    Raises `Refused` (``not_authorized``); the answer asks for Basic auth.
    """
    seen = notes(request)
    if "actor" not in seen:
        actor = await identify(request)
        if actor is None:
            raise seen.get("stranger") or Refused(
                "not_authorized", "use the account SID and auth token (HTTP Basic)"
            )
        seen["actor"] = actor
    found: str = seen["actor"]
    return found


async def identify(request: Asked) -> str | None:
    """Return the actor behind a request, or None for a stranger."""
    office = use_cases(request)
    authorization = header(request, b"authorization") or ""
    credentials = basic(authorization)
    try:
        if credentials is not None:
            sid, token = credentials
            if sid.startswith(_BEARERS):
                args = {"key": sid, "secret": token}
                bearer: views.Bearer = await office.run("key.authenticate", args, actor=PUBLIC)
                return bearer.actor
            args = {"account_sid": sid, "auth_token": token}
            entered: views.Account = await office.run("account.authenticate", args, actor=PUBLIC)
            return API if entered.owner is None else f"{ACCOUNT}{entered.sid}"
        access = _bearer(authorization)
        if access:
            args = {"token": access}
            app: views.Bearer = await office.run("app.authenticate", args, actor=PUBLIC)
            return app.actor
        session = request.cookies.get(COOKIE)
        if session:
            account: views.Account = await office.run(
                "session.check", {"session": session}, actor=PUBLIC
            )
            return ADMIN if account.role in {None, "owner"} else f"{SESSION}{account.role}"
    except Refused as refusal:
        if refusal.code not in _STRANGERS:
            raise
        if refusal.code != "not_authorized":
            notes(request)["stranger"] = refusal
    return None


def basic(header: str) -> tuple[str, str] | None:
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


def _bearer(header: str) -> str | None:
    """Read an access token (RFC 6750 2.1); None where there is none."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def is_local(request: Asked) -> bool:
    """Whether a request comes straight from this machine, not through a proxy on it."""
    proxied = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    return (
        request.client is not None and request.client.host in {"127.0.0.1", "::1"} and not proxied
    )


def page_limit(request: Asked) -> int:
    """Read ``limit`` and ``cursor`` from the query; returns how many rows a page has."""
    seen = notes(request)
    if "limit" not in seen:
        text = request.query_params.get("limit", str(int(PAGE_DEFAULT)))
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= PAGE_MAX):
            raise Refused("bad_argument", f"limit is a whole number from 1 to {PAGE_MAX}")
        filters = [item for item in request.query_params.multi_items() if item[0] not in _PAGING]
        seen["scope"] = cursors.scope(request.scope["path"], filters)
        word = request.query_params.get("cursor")
        seen["cursor"] = None if word is None else cursors.read(word, seen["scope"])
        seen["limit"] = int(text)
    found: int = seen["limit"]
    return found


def page(request: Asked) -> dict[str, Any]:
    """Return ``limit`` and ``before`` for a use case that lists a page."""
    limit = page_limit(request)
    seen = notes(request)
    seen["paged"] = True
    cursor = seen["cursor"]
    return {"limit": limit, "before": None if cursor is None else cursor.last}


def refused(request: Asked, refusal: Refused) -> Response[ProblemDetails]:
    """Answer a refusal: its stable code, its sentence, the clause behind it."""
    pointer = getattr(refusal, "pointer", None) or None
    if pointer is None and refusal.field is not None:
        pointer = f"/{refusal.field}"
    about = problem(refusal.code, refusal.reason, refusal.clause, pointer=pointer)
    refusals.note(request.method, code=refusal.code, status=about.status)
    return _told(about, _challenge(request, about))


def _challenge(request: Asked, about: ProblemDetails) -> Mapping[str, str]:
    """Say how to sign in; an app also what is wrong with its token (RFC 6750 3.1)."""
    shown = _bearer(header(request, b"authorization") or "")
    wrong = "insufficient_scope" if about.code == "insufficient_scope" else "invalid_token"
    if about.status == 401:
        known = CHALLENGE["WWW-Authenticate"]
        return {"WWW-Authenticate": f'{known}, error="{wrong}"'} if shown else CHALLENGE
    if about.code == "insufficient_scope" and shown:
        return {"WWW-Authenticate": f'Bearer realm="Ringfence", error="{wrong}"'}
    return {}


def rejected(request: Asked, error: HTTPException) -> Response[ProblemDetails]:
    """Answer what the framework refuses: no such path, no such method, a body too large."""
    codes = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
    code = codes.get(error.status_code, "bad_request")
    about = problem(code, "nothing here answers that request", status=error.status_code)
    refusals.note(request.method, code=code, status=about.status)
    return _told(about, error.headers or {})


def broke(request: Asked, error: Exception) -> Response[ProblemDetails]:
    """Answer a bug of ours: logged with its places; the client learns only that it is ours."""
    log.error("request_failed", method=request.method, exc_info=error)
    return _told(problem("internal", "something broke inside; the log says where"), {})


def _told(about: ProblemDetails, headers: Mapping[str, str]) -> Response[ProblemDetails]:
    return Response(
        about,
        status_code=about.status,
        media_type=MEDIA_TYPE,
        headers={**HEADERS, **headers},
    )
