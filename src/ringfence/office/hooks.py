"""URLs of the account's as somebody gives them: checked, and laid over those there were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ringfence.accounts.resources import Hook, Method
from ringfence.kernel.errors import Refused

if TYPE_CHECKING:
    from ringfence.office import Office

Given = Mapping[str, Mapping[str, str]]
"""By name: ``url`` and ``method``, or one of them. An empty ``url`` takes a hook away."""


def laid_over(
    office: Office, given: Given, known: Mapping[str, Hook | None]
) -> dict[str, Hook | None]:
    """Return ``known`` with what is given in its place.

    Raises `Refused`: ``bad_argument`` for a name that is none of ``known``, ``bad_method``,
    ``bad_url``, ``private_address``.
    """
    found = dict(known)
    for name, said in given.items():
        if name not in known:
            raise Refused("bad_argument", f"a hook is one of: {', '.join(known)}")
        before = known[name]
        url = said.get("url", before.url if before is not None else "")
        method = method_of(said.get("method", before.method if before is not None else "POST"))
        if url and (before is None or url != before.url):
            office.check_url(url)
        found[name] = Hook(url=url, method=method) if url else None
    return found


def method_of(word: str) -> Method:
    """Return how a URL is asked. Raises `Refused` (``bad_method``)."""
    match word.upper():
        case "GET":
            return "GET"
        case "POST":
            return "POST"
    raise Refused("bad_method", "the method is GET or POST")
