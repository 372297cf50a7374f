"""The register of cookies, and the filter that lets no other one reach a browser.

Every answer passes `strip`. A cookie leaves only if it is registered, necessary, and lasts no
longer than its entry says. Categories beside *necessary* need the visitor's consent; where none
can be given none of them is sent, whatever the code asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Literal

from litestar.types import Message, Scope

from ringfence.api.common import COOKIE
from ringfence.kernel.limits import SESSION_MS

Category = Literal["necessary", "functional", "analytics", "advertising"]


@dataclass(frozen=True, slots=True)
class Registered:
    """One cookie: ``purpose`` of `privacy.purposes`, how many seconds it lasts, what it holds."""

    name: str
    category: Category
    purpose: str
    seconds: int
    holds: str


COOKIES: dict[str, Registered] = {
    entry.name: entry
    for entry in (
        Registered(
            COOKIE,
            "necessary",
            "authenticate",
            SESSION_MS // 1000,
            "a random word that stands for a session begun by an admin link",
        ),
    )
}
"""Every cookie there is; all are our own."""


def permitted(header: str) -> bool:
    """Whether a ``Set-Cookie`` header may be sent (RFC 6265 4.1)."""
    try:
        parsed = SimpleCookie(header)
    except CookieError:
        return False
    if len(parsed) != 1:
        return False
    [(name, morsel)] = parsed.items()
    entry = COOKIES.get(name)
    if entry is None or entry.category != "necessary" or morsel["domain"]:
        return False
    age = str(morsel["max-age"])
    if not age:
        return not morsel["expires"]  # it ends with the browser; Max-Age wins where both are
    return age.isdecimal() and len(age) < 10 and int(age) <= entry.seconds


async def strip(message: Message, scope: Scope) -> None:  # noqa: ARG001 - litestar's signature
    """Take every cookie that is not permitted out of an answer."""
    if message["type"] == "http.response.start":
        message["headers"] = [
            (name, value)
            for name, value in message["headers"]
            if name.lower() != b"set-cookie" or permitted(value.decode("latin-1"))
        ]
