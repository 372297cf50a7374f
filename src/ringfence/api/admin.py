"""The one-time admin link, and the end of the session it begins."""

from __future__ import annotations

import time

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect

from ringfence.api import views
from ringfence.api.common import COOKIE, Asked, use_cases
from ringfence.api.use_cases import PUBLIC


@get("/admin/{token:str}")
async def redeem(request: Asked, token: FromPath[str]) -> Redirect:
    """Exchange the token for a session cookie and go to the status page.

    The token works once; `Refused` (``not_authorized``) for one that was used, replaced or is
    out of time. The referrer policy keeps the address from any other site.
    """
    session: views.Session = await use_cases(request).run(
        "admin.redeem", {"token": token}, actor=PUBLIC
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
