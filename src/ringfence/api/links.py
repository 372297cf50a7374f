"""Links that lead to other sites: each registered with whose it is and where its policy stands.

A page writes one with `link`, which passes nothing on: no referrer, no handle to our window, no
word about who follows it. What the other site does then is up to its own policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from ringfence.kernel.errors import LocalError


@dataclass(frozen=True, slots=True)
class Outbound:
    """``address`` without anything about a visitor in it; ``policy``: the other site's own."""

    key: str
    address: str
    owner: str
    policy: str


LINKS: Mapping[str, Outbound] = MappingProxyType(
    {
        item.key: item
        for item in (
            Outbound(
                "gpc",
                "https://globalprivacycontrol.org/",
                "the authors of Global Privacy Control",
                "https://globalprivacycontrol.org/privacy",
            ),
        )
    }
)
"""Every link to another site that a page of ours may have."""


def link(key: str, text: str) -> str:
    """Return a link as HTML; raises `LocalError` for one that is not registered."""
    found = LINKS.get(key)
    if found is None:
        raise LocalError(f"no link to another site is called {key}")
    return (
        f'<a href="{escape(found.address)}" rel="noopener noreferrer external" '
        f'referrerpolicy="no-referrer">{escape(text)}</a>'
    )
