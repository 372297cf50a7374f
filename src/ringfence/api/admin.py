"""The one-time admin link, and the end of the session it begins."""

from __future__ import annotations

import time
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Redirect

from ringfence.api import refusals, views
from ringfence.api.common import COOKIE, HEADERS, Asked, use_cases
from ringfence.api.privacy_pages import plain_page
from ringfence.api.problems import kind
from ringfence.api.use_cases import PUBLIC
from ringfence.kernel.errors import Refused

_OVER = (
    "<p>This link has signed a browser in already, or it is older than a day. Whoever runs this "
    "exchange makes another one with <code>ringfence admin-link</code>.</p>"
)


@get("/admin/{token:str}")
async def redeem(request: Asked, token: FromPath[str]) -> Response[Any]:
    """Exchange the token for a session cookie and go to the status page.

    The token works once; for one that was used or is out of time a browser gets a page, and
    anybody else a problem: `Refused` (``link_over``). The referrer policy keeps the address from
    any other site.
    """
    try:
        session: views.Session = await use_cases(request).run(
            "admin.redeem", {"token": token}, actor=PUBLIC
        )
    except Refused as refused:
        if refused.code != "link_over" or "text/html" not in request.headers.get("Accept", ""):
            raise
        about = kind(refused.code)
        refusals.note(request.method, code=refused.code, status=about.status)
        return Response(
            plain_page(about.title, _OVER),
            status_code=about.status,
            media_type=MediaType.HTML,
            headers={**HEADERS, "Vary": "Accept"},
        )
    remaining = max(0, (session.expires - time.time_ns() // 1_000_000) // 1000)
    return Redirect("/", status_code=303, cookies=[_cookie(request, session.session, remaining)])


@post("/sign-out", status_code=303)
async def sign_out(request: Asked) -> Redirect:
    """End the session of the cookie, on the server and in the browser."""
    session = request.cookies.get(COOKIE)
    if session:
        await use_cases(request).run("session.end", {"session": session}, actor=PUBLIC)
    return Redirect("/", status_code=303, cookies=[_cookie(request, "", 0)])


def _cookie(request: Asked, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=bool(request.app.state.secure),
    )
