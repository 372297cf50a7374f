"""What a page may load, as the Content-Security-Policy that a browser enforces.

A tag is a script or picture of somebody else. It is registered with its owner and a day on which
its registration ends, and is in the policy only while that lasts and the visitor agreed to its
category. None is registered: pages load from this installation alone, and no script at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from litestar.types import Message, Scope

from ringfence.api.cookies import Category, allowed

NOTHING = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""The policy without any tag."""


@dataclass(frozen=True, slots=True)
class Tag:
    """``origin``: e.g. ``https://stats.example.com``; ``until``: YYYY-MM-DD, exclusive."""

    origin: str
    kind: Literal["script", "img"]
    owner: str
    category: Category
    until: str


TAGS: list[Tag] = []
"""Every tag there is."""


def policy(tags: Iterable[Tag], *, today: str, agreed: frozenset[Category]) -> str:
    """Return the header for a visitor who agreed to some categories."""
    extra: dict[str, list[str]] = {}
    for tag in tags:
        consented = tag.category == "necessary" or tag.category in agreed
        if consented and today < tag.until:
            extra.setdefault(tag.kind, []).append(tag.origin)
    found = NOTHING
    if "img" in extra:
        found = found.replace("img-src 'self'", f"img-src 'self' {' '.join(extra['img'])}")
    if "script" in extra:
        found += f"; script-src {' '.join(extra['script'])}"
    return found


async def police(message: Message, scope: Scope) -> None:
    """Put the policy of the moment on an answer, whatever a page says."""
    if message["type"] != "http.response.start" or not TAGS:
        return  # the usual header is `NOTHING` already
    from datetime import UTC, datetime

    today = datetime.now(UTC).date().isoformat()
    header = policy(TAGS, today=today, agreed=allowed(scope["headers"]))
    message["headers"] = [
        (name, header.encode() if name.lower() == b"content-security-policy" else value)
        for name, value in message["headers"]
    ]
