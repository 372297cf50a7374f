"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A SIP phone of this installation."""

    name: str
    sid: str
    registered: bool
    expires: int | None = None
    created: int
    uri: str
    secret: str | None = None
