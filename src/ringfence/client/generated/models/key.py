"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An API key. ``secret`` is there once, when the key is made."""

    sid: str
    name: str
    role: str
    purposes: builtins.list[str]
    created: int
    expires: int | None = None
    revoked: int | None = None
    secret: str | None = None
