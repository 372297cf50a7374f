"""``/oauth``: how apps of others are allowed to ask (RFC 6749, 7636, 7009, 7662, 8414, 9700).

Authorization code with PKCE (S256 alone) and client credentials; no implicit grant, no passwords.
The consent page wants the session of an admin. Where the app or its redirect URI is wrong, nobody
is sent anywhere; any other refusal goes back to the app in the words of RFC 6749 4.1.2.1.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import Response, get, post
from litestar.enums import MediaType
from litestar.response import Redirect

from ringfence.api import rates, views_apps
from ringfence.api.common import COOKIE, HEADERS, Asked, basic, identify, use_cases
from ringfence.api.limiting import source
from ringfence.api.status import _resource
from ringfence.api.use_cases import ADMIN, PUBLIC
from ringfence.kernel.errors import Refused
from ringfence.privacy.roles import SESSION
from ringfence.privacy.scopes import SCOPES

if TYPE_CHECKING:
    from jinja2 import Template

_ASKED = ("client_id", "redirect_uri", "code_challenge", "scope", "state")
_BACK = frozenset({"invalid_request", "invalid_scope"})
"""Errors that go back to the app; any other stays on our page."""
_CODES = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)
"""Errors of the token endpoint (RFC 6749 5.2)."""
_POLICY = "Content-Security-Policy"
_ASKING = ("token", "introspection", "revocation")
_BY_SECRET = ("client_secret_basic", "client_secret_post")
_TWICE = "a form says each thing once"
_UNKEPT = {**HEADERS, "Pragma": "no-cache"}
"""On what has tokens in it (RFC 6749 5.1)."""


@get("/oauth/authorize", media_type=MediaType.HTML)
async def consent(request: Asked) -> Response[Any]:
    """Show whoever signed in what an app asks for, and let them decide."""
    return await _decide(request, _single(request.query_params.multi_items()))


@post("/oauth/authorize", status_code=200, media_type=MediaType.HTML)
async def decide(request: Asked) -> Response[Any]:
    """Take the decision and send the browser back to the app."""
    return await _decide(request, await _form(request))


async def _decide(request: Asked, asked: dict[str, str] | None) -> Response[Any]:
    actor = await identify(request) if request.cookies.get(COOKIE) else None
    if actor is None or (actor != ADMIN and not actor.startswith(SESSION)):
        return _page("sign_in", status=401)
    if asked is None:  # of two addresses neither is the one to go back to
        return _page("refused", status=400, reason="it asks for something twice")
    if asked.get("response_type", "code") != "code" or asked.get("code_challenge_method") != "S256":
        asked["code_challenge"] = ""  # refused like a challenge that is none
    args = {
        "client": asked.get("client_id", ""),
        "redirect": asked.get("redirect_uri", ""),
        "challenge": asked.get("code_challenge", ""),
        "scope": asked.get("scope", ""),
    }
    office = use_cases(request)
    try:
        wanted: views_apps.AppAsk = await office.run("app.ask", args, actor=actor)
        if request.method == "GET":
            return _page("consent", wanted=wanted, asked=_kept(asked), to=wanted.redirect)
        if asked.get("decision") != "allow":
            return _back(asked, error="access_denied", error_description="it was not allowed")
        made: views_apps.Code = await office.run("app.allow", args, actor=actor)
    except Refused as refused:
        if refused.code in _BACK and asked.get("response_type", "code") != "code":
            says = "response_type is code"
            return _back(asked, error="unsupported_response_type", error_description=says)
        if refused.code in _BACK:
            return _back(asked, error=refused.code, error_description=refused.reason)
        return _page("refused", status=400, reason=refused.reason)
    return _back(asked, code=made.code)


def _kept(asked: dict[str, str]) -> dict[str, str]:
    kept = {name: asked[name] for name in _ASKED if name in asked}
    return kept | {"response_type": "code", "code_challenge_method": "S256"}


def _back(asked: dict[str, str], **said: str) -> Redirect:
    """Send the browser back to the app; the address was checked to be the app's own."""
    if "state" in asked:
        said["state"] = asked["state"]
    uri = asked["redirect_uri"]
    return Redirect(f"{uri}{'&' if '?' in uri else '?'}{urlencode(said)}", status_code=303)


def _page(what: str, *, status: int = 200, to: str = "", **shown: Any) -> Response[Any]:
    headers = dict(HEADERS)
    if to:  # browsers hold the answer to a form to this list too (CSP 3, 6.4.2)
        parts = urlsplit(to)
        origin = f"{parts.scheme}://{parts.netloc}"
        headers[_POLICY] = headers[_POLICY].replace(
            "form-action 'self'", f"form-action 'self' {origin}"
        )
    page = _template().render(what=what, **shown)
    return Response(page, status_code=status, media_type=MediaType.HTML, headers=headers)


@cache
def _template() -> Template:
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_resource("oauth.html"))


# --- what apps ask for themselves -----------------------------------------------------------------


@post("/oauth/token", status_code=200)
async def token(request: Asked) -> Response[Any]:
    """Exchange a code or a refresh token, or act for oneself (RFC 6749 3.2)."""
    form = await _form(request)
    if form is None:
        return _error("invalid_request", _TWICE)
    kind = form.get("grant_type", "")
    if not kind:
        return _error("invalid_request", "a form has grant_type, and what goes with it")
    if kind == "authorization_code":
        fields = {"code": "code", "redirect_uri": "redirect", "code_verifier": "verifier"}
        return await _answer(request, "app.code", form, fields)
    if kind == "refresh_token":
        form.setdefault("scope", "")
        fields = {"refresh_token": "token", "scope": "scope"}
        return await _answer(request, "app.refresh", form, fields)
    if kind == "client_credentials":
        form.setdefault("scope", "")
        return await _answer(request, "app.own", form, {"scope": "scope"})
    return _error("unsupported_grant_type", "authorization_code, refresh_token, client_credentials")


@post("/oauth/introspect", status_code=200)
async def introspect(request: Asked) -> Response[Any]:
    """Say what a token of the app's own is (RFC 7662)."""
    return await _answer(request, "app.introspect", await _form(request), {"token": "token"})


@post("/oauth/revoke", status_code=200)
async def revoke(request: Asked) -> Response[Any]:
    """End a token and what it stands for; from the next request on it lets nobody in (RFC 7009)."""
    return await _answer(request, "app.end", await _form(request), {"token": "token"})


@get("/.well-known/oauth-authorization-server", opt={"public": True})
async def metadata(request: Asked) -> dict[str, Any]:
    """Say where everything is (RFC 8414)."""
    known: str = await use_cases(request).run("app.issuer", {}, actor=PUBLIC)
    base = (known or str(request.base_url)).rstrip("/")
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "introspection_endpoint": f"{base}/oauth/introspect",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        **{f"{endpoint}_endpoint_auth_methods_supported": list(_BY_SECRET) for endpoint in _ASKING},
        "service_documentation": f"{base}/v1/docs",
    }


async def _form(request: Asked) -> dict[str, str] | None:
    """Read a form; None where it says something twice (RFC 6749 3.2), files are nothing."""
    return _single((await request.form()).multi_items())


def _single(items: Iterable[tuple[str, Any]]) -> dict[str, str] | None:
    """Return what was said, each thing once; None otherwise."""
    given = list(items)
    said = {name: value for name, value in given if isinstance(value, str)}
    return said if len(said) == len(given) else None


async def _answer(
    request: Asked, case: str, form: dict[str, str] | None, fields: dict[str, str]
) -> Response[Any]:
    if form is None:
        return _error("invalid_request", _TWICE)
    state = request.app.state
    limiter = state.get("rates")
    if limiter is None:
        limiter = state["rates"] = rates.Rates()
    allowed, _, seconds = limiter.take(f"oauth:{source(request)}", time.monotonic())
    if not allowed:
        busy = _error("slow_down", "too many requests", status=429)
        busy.headers["Retry-After"] = str(seconds)
        return busy
    client = basic(request.headers.get("Authorization", ""))
    who = client or (form.get("client_id", ""), form.get("client_secret", ""))
    if any(name not in form for name in fields):
        return _error("invalid_request", f"the form has: {', '.join(fields)}")
    args = {"client": who[0], "secret": who[1]}
    args |= {argument: form[name] for name, argument in fields.items()}
    try:
        found = await use_cases(request).run(case, args, actor=PUBLIC)
    except Refused as refused:
        if refused.code not in _CODES:
            raise
        return _error(refused.code, refused.reason)
    return Response(
        msgspec.json.encode(found if found is not None else {}),
        media_type=MediaType.JSON,
        headers=dict(_UNKEPT),
    )


def _error(code: str, says: str, *, status: int = 400) -> Response[Any]:
    headers = dict(_UNKEPT)
    if code == "invalid_client":
        status, headers["WWW-Authenticate"] = 401, 'Basic realm="Ringfence"'
    content = msgspec.json.encode({"error": code, "error_description": says})
    return Response(content, status_code=status, media_type=MediaType.JSON, headers=headers)


HANDLERS = (consent, decide, token, introspect, revoke, metadata)
