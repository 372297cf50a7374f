"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class PrimaryAdmin(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of material changes; ``retold``: how many notices go to them anew."""

    email: str | None
    retold: int = 0
