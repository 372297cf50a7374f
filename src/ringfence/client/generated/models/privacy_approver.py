"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Approver(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may approve a disclosure; ``secret`` is shown once."""

    sid: str
    name: str
    created: int
    removed: int | None = None
    secret: str | None = None
