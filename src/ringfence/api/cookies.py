"""The register of cookies, and the filter that lets no other one reach a browser.

Every answer passes `strip`. A cookie leaves only if it is registered, lasts no longer than its
entry says, and is necessary or of a category that this visitor agreed to. What they agreed to is
itself a cookie (`CHOICES`), with a fingerprint of what there was to choose: who declined is asked
again when that changes, or when the cookie has ended. Global Privacy Control (``Sec-GPC: 1``) is
an objection to advertising that no earlier agreement outweighs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Literal, get_args

from litestar.types import Message, Scope

from ringfence.api.common import COOKIE
from ringfence.kernel.limits import COOKIE_QUESTION_DAYS, SESSION_MS

Category = Literal["necessary", "functional", "analytics", "advertising"]
OPTIONAL: tuple[Category, ...] = get_args(Category)[1:]

CHOICES = "ringfence_choices"
_DAY = 86_400
_SECURE = b"1"


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
        Registered(
            CHOICES,
            "necessary",
            "honour_choices",
            COOKIE_QUESTION_DAYS * _DAY,
            "which kinds of optional cookies were agreed to, and nothing about whom",
        ),
    )
}
"""Every cookie there is; all are our own, and no page keeps anything else in a browser."""


def optional() -> list[Registered]:
    """Return the cookies that need an agreement."""
    return [entry for entry in COOKIES.values() if entry.category != "necessary"]


def _fingerprint() -> str:
    told = "|".join(sorted(f"{e.name} {e.category} {e.purpose} {e.seconds}" for e in optional()))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def written(agreed: Iterable[str]) -> str:
    """Return the value of `CHOICES` for the categories agreed to."""
    kinds = [category for category in OPTIONAL if category in set(agreed)]
    return f"{_fingerprint()}.{'.'.join(kinds) or 'none'}"


def chosen(value: str | None) -> frozenset[Category] | None:
    """Read `CHOICES`; None where nothing was chosen, or about other cookies than there are."""
    told, _, kinds = (value or "").partition(".")
    if told != _fingerprint() or not kinds:
        return None
    words = kinds.split(".")
    return frozenset(category for category in OPTIONAL if category in words)


def must_ask(value: str | None) -> bool:
    """Whether a visitor with this `CHOICES` is to be asked: never where nothing is optional."""
    return bool(optional()) and chosen(value) is None


def allowed(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[Category]:
    """Return the categories that may be sent in answer to a request with these headers."""
    found: frozenset[Category] = frozenset()
    objects = False
    for name, value in headers:
        if name == b"cookie":
            found = chosen(_read(value.decode("latin-1"))) or found
        elif name == b"sec-gpc":
            objects = value.strip() == _SECURE
    return found - {"advertising"} if objects else found


def _read(header: str) -> str | None:
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == CHOICES:
            return value.strip('"')
    return None


def permitted(header: str, agreed: frozenset[Category] = frozenset()) -> bool:
    """Whether a ``Set-Cookie`` header may be sent (RFC 6265 4.1)."""
    try:
        parsed = SimpleCookie(header)
    except CookieError:
        return False
    if len(parsed) != 1:
        return False
    [(name, morsel)] = parsed.items()
    entry = COOKIES.get(name)
    if entry is None or morsel["domain"]:
        return False
    if entry.category != "necessary" and entry.category not in agreed:
        return False
    age = str(morsel["max-age"])
    if not age:
        return not morsel["expires"]  # it ends with the browser; Max-Age wins where both are
    return age.isdecimal() and len(age) < 10 and int(age) <= entry.seconds


async def strip(message: Message, scope: Scope) -> None:
    """Take every cookie that is not permitted out of an answer."""
    if message["type"] == "http.response.start":
        headers = list(message["headers"])
        if any(name.lower() == b"set-cookie" for name, _ in headers):
            agreed = allowed(scope["headers"])
            headers = [
                (name, value)
                for name, value in headers
                if name.lower() != b"set-cookie" or permitted(value.decode("latin-1"), agreed)
            ]
        message["headers"] = headers


def objects(headers: Mapping[str, str]) -> bool:
    """Whether a request carries Global Privacy Control."""
    return headers.get("sec-gpc", "").strip() == "1"
