"""The public pages about privacy: the notice in every version, its feed, choices, unsubscribing.

None of them sets a cookie, except the one that remembers a visitor's own choice. A version has a
strong ETag, its fingerprint, and never changes; ``/privacy`` is the one in force.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Any, cast

import msgspec
from litestar import HttpMethod, Response, get, post, route
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Redirect

from ringfence.api import cookies
from ringfence.api import views_policy as views
from ringfence.api.common import Asked, require, use_cases
from ringfence.api.links import link
from ringfence.api.use_cases import PUBLIC
from ringfence.kernel.errors import Refused
from ringfence.privacy.notice_html import page
from ringfence.privacy.versions_html import changes_page, versions_page

_FRESH = "no-cache"
"""Kept by whoever likes, and asked about each time: a version in force can end."""

_READ = [HttpMethod.GET, HttpMethod.HEAD]

GPC_SINCE = "2026-11-22"
_GPC = f"<p>A browser can object for you: {link('gpc', 'Global Privacy Control')}.</p>"


@route("/privacy", http_method=_READ, media_type=MediaType.HTML)
async def current(request: Asked) -> Response[bytes]:
    """Return the notice in force: a page, or JSON for ``Accept: application/json``."""
    found = await _run(request, "privacy.policy.current")
    as_json = "application/json" in request.headers.get("Accept", "")
    return _version(request, found, as_json=as_json)


@route("/privacy.json", http_method=_READ)
async def current_json(request: Asked) -> Response[bytes]:
    """Return the notice in force as JSON: the bytes its fingerprint is of."""
    return _version(request, await _run(request, "privacy.policy.current"), as_json=True)


@route("/privacy/{name:str}", http_method=_READ)
async def version(request: Asked, name: FromPath[str]) -> Response[bytes]:
    """Return a version, ``/privacy/3`` or ``/privacy/3.json``, whenever it held."""
    number = _number(name.removesuffix(".json"))
    found = await _run(request, "privacy.policy.version", number=number)
    return _version(request, found, as_json=name.endswith(".json"))


@route("/privacy/versions", http_method=_READ)
async def versions(request: Asked) -> Response[bytes]:
    """Return the list of versions: a page for a browser, JSON for anybody else."""
    found: list[views.PolicyVersion] = await use_cases(request).run(
        "privacy.policy.versions", {}, actor=PUBLIC
    )
    return _read(request, found, versions_page)


@route("/privacy/{name:str}/changes", http_method=_READ)
async def changes(request: Asked, name: FromPath[str]) -> Response[bytes]:
    """Return what a version changed: a page for a browser, JSON for anybody else."""
    number = _number(name)
    found: views.PolicyDifference = await use_cases(request).run(
        "privacy.policy.diff", {"before": max(number - 1, 1), "after": number}, actor=PUBLIC
    )
    return _read(request, found, changes_page)


@get("/privacy/feed", media_type="application/atom+xml")
async def feed(request: Asked) -> Response[bytes]:
    """Return every version as an Atom feed (RFC 4287), newest first."""
    found: list[views.PolicyVersion] = await use_cases(request).run(
        "privacy.policy.versions", {}, actor=PUBLIC
    )
    return Response(
        _atom(found, _base(request)).encode(),
        media_type="application/atom+xml",
        headers={"Cache-Control": _FRESH},
    )


@post("/privacy/{name:str}/acknowledge", status_code=303)
async def acknowledge(request: Asked, name: FromPath[str]) -> Redirect:
    """Acknowledge a version, as whoever is signed in, and go back to the status page."""
    actor = await require(request)
    args = {"number": _number(name)}
    await use_cases(request).run("privacy.policy.acknowledge", args, actor=actor)
    return Redirect("/", status_code=303)


@get("/privacy/choices", media_type=MediaType.HTML)
async def choices(request: Asked) -> str:
    """Show which optional cookies there are and what this browser agreed to."""
    agreed = cookies.chosen(request.cookies.get(cookies.CHOICES)) or frozenset()
    lines = []
    for category in cookies.OPTIONAL:
        held = [entry for entry in cookies.optional() if entry.category == category]
        if held:
            mark = " checked" if category in agreed else ""
            what = "; ".join(f"{entry.name}: {entry.holds}" for entry in held)
            lines.append(
                f'<p><label><input type="checkbox" name="agree" value="{category}"{mark}> '
                f"{category}: {escape(what)}</label></p>"
            )
    if not lines:
        nothing = "<p>There is no optional cookie, so there is nothing to choose.</p>"
        return plain_page("Cookies", f"{nothing}\n{_GPC}")
    if cookies.objects(request.headers):
        lines.append("<p>Your browser objects to advertising; that holds whatever is ticked.</p>")
    form = "\n".join(lines)
    return plain_page(
        "Cookies",
        f'<form method="post" action="/privacy/choices">{form}<button>Keep this</button></form>'
        f"\n{_GPC}",
    )


@post("/privacy/choices", status_code=303)
async def choose(request: Asked) -> Redirect:
    """Remember what a visitor agreed to; ticking nothing declines everything."""
    form = await request.form()
    agreed = {str(value) for value in form.getall("agree", [])}
    if cookies.objects(request.headers):
        agreed.discard("advertising")
    cookie = Cookie(
        key=cookies.CHOICES,
        value=cookies.written(agreed),
        max_age=cookies.COOKIES[cookies.CHOICES].seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=bool(request.app.state.secure),
    )
    return Redirect("/privacy/choices", status_code=303, cookies=[cookie])


@get("/.well-known/gpc.json")
async def gpc() -> dict[str, Any]:
    """Say that Global Privacy Control is honoured (its specification, section 4)."""
    return {"gpc": True, "lastUpdate": GPC_SINCE}


@get("/unsubscribe/{word:str}", media_type=MediaType.HTML)
async def unsubscribe_page(word: FromPath[str]) -> str:
    """Ask for the one click; a program that only looks at the link ends nothing."""
    return plain_page(
        "No more of these",
        f'<form method="post" action="/unsubscribe/{escape(word)}">'
        "<button>Send me no more advertising</button></form>",
    )


@post("/unsubscribe/{word:str}", status_code=200, media_type=MediaType.HTML)
async def unsubscribe(request: Asked, word: FromPath[str]) -> str:
    """End advertising at once (RFC 8058: one POST, no cookie, no question)."""
    await use_cases(request).run("privacy.message.unsubscribe", {"word": word}, actor=PUBLIC)
    return plain_page("No more of these", "<p>You get no more advertising from us.</p>")


async def _run(request: Asked, name: str, **args: Any) -> views.PolicyVersion:
    found: views.PolicyVersion = await use_cases(request).run(name, args, actor=PUBLIC)
    return found


def _read(request: Asked, found: Any, page_of: Callable[[Any], str]) -> Response[bytes]:
    """Answer with a page where a browser asks (``Accept`` names HTML), with JSON otherwise."""
    headers = {"Cache-Control": _FRESH, "Vary": "Accept"}
    if "text/html" in request.headers.get("Accept", ""):
        text = page_of(msgspec.to_builtins(found))
        return Response(text.encode(), media_type=MediaType.HTML, headers=headers)
    return Response(msgspec.json.encode(found), media_type=MediaType.JSON, headers=headers)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused("not_found", "versions are at /privacy/1, /privacy/2 and so on")
    return int(text)


def _version(request: Asked, found: views.PolicyVersion, *, as_json: bool) -> Response[bytes]:
    tag = f'"{found.digest}{"" if as_json else "-page"}"'
    headers = {
        "Cache-Control": _FRESH,
        "ETag": tag,
        "Link": f'</privacy/{found.number}>; rel="canonical"',
        "Vary": "Accept",
    }
    if tag in {part.strip() for part in request.headers.get("If-None-Match", "").split(",")}:
        return Response(b"", status_code=304, headers=headers)
    document = str(found.notice)
    if as_json:
        return Response(document.encode(), media_type=MediaType.JSON, headers=headers)
    text = page(json.loads(document), _facts(found))
    return Response(text.encode(), media_type=MediaType.HTML, headers=headers)


def _facts(found: views.PolicyVersion) -> dict[str, Any]:
    return {
        "number": found.number,
        "digest": found.digest,
        "effective": _moment(found.effective).strftime("%Y-%m-%d"),
    }


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def _base(request: Asked) -> str:
    return str(request.base_url).rstrip("/")


def _atom(versions: list[views.PolicyVersion], base: str) -> str:
    newest = versions[-1].published if versions else 0
    entries = [
        f"<entry><id>urn:sha256:{v.digest}</id><title>{escape(f'Version {v.number}: {v.title}')}"
        f"</title><updated>{_moment(v.published).isoformat()}</updated>"
        f'<link href="{base}/privacy/{v.number}"/>'
        f'<link rel="related" href="{base}/privacy/{v.number}/changes"/>'
        f"<summary>{escape(f'{v.severity}; in force from {_moment(v.effective).isoformat()}')}"
        "</summary></entry>"
        for v in reversed(versions)
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{base}/privacy/feed</id><title>Privacy notice</title>"
        f"<updated>{_moment(newest).isoformat()}</updated>"
        f'<link rel="self" href="{base}/privacy/feed"/><author><name>Ringfence</name></author>'
        f"{''.join(entries)}</feed>\n"
    )


def plain_page(title: str, body: str) -> str:
    """Return a small page; ``body`` is HTML."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        '<link rel="stylesheet" href="/status.css">\n</head>\n<body>\n'
        f"<h1>{escape(title)}</h1>\n{body}\n"
        '<p><a href="/privacy">Privacy notice</a></p>\n</body>\n</html>\n'
    )


HANDLERS = cast(
    "tuple[Any, ...]",
    (
        *(
            current,
            current_json,
            feed,
            versions,
            choices,
            choose,
            version,
            changes,
            acknowledge,
            gpc,
        ),
        *(unsubscribe_page, unsubscribe),
    ),
)
