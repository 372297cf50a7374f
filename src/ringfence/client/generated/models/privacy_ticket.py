"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """The time box of staff. ``secret`` is there once, when the ticket is opened."""

    sid: str
    matter: str
    opened: int
    expires: int
    closed: int | None = None
    open: bool
    secret: str | None = None
