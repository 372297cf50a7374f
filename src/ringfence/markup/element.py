"""What the table of TwiML says of one element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ringfence.kernel.limits import MARKUP_CALLBACK_CHARS
from ringfence.markup.attributes import Attribute, text

Content = Literal["none", "text", "speech", "verbs"]


@dataclass(frozen=True, slots=True)
class Element:
    """One element: what it may carry and contain.

    ``content``: ``none``, ``text`` (one value), ``speech`` (text with speech markup inside) or
    ``verbs`` (children only). ``state``: ``works``; ``parsed`` (understood, reported as not yet
    available); ``later`` (its inside is not looked at).
    """

    name: str
    attributes: dict[str, Attribute]
    children: frozenset[str] = frozenset()
    content: Content = "none"
    state: Literal["works", "parsed", "later"] = "works"


def noted(*names: str) -> dict[str, Attribute]:
    """Attributes that are known and have no effect here yet."""
    return {name: text(None, MARKUP_CALLBACK_CHARS) for name in names}


def elsewhere(name: str, *attributes: str, holds: tuple[str, ...] = ()) -> Element:
    """An element of somebody else's service: known by name, its inside is not looked at."""
    return Element(name, noted(*attributes), frozenset(holds), state="later")
