"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class LetterOwed(msgspec.Struct, frozen=True, kw_only=True):
    """A letter about a demand that somebody has to send, as no message reaches the person."""

    case: str
    person: str
    address: str
    since: int
    text: str
