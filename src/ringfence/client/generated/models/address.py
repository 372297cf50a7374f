"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class DeskAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a customer lives whom a number was given to."""

    sid: str
    customer: str
    street: str
    street_more: str | None = None
    city: str
    region: str
    postal_code: str
    country: str
    name: str = ""
    emergency: bool = False
    created: int
    changed: int
