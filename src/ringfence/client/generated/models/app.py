"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An app of others. ``sid`` is its client id; ``secret`` is there once, when it is made."""

    sid: str
    name: str
    redirects: builtins.list[str]
    scopes: builtins.list[str]
    purposes: builtins.list[str]
    role: str
    created: int
    revoked: int | None = None
    secret: str | None = None


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody in a role allowed an app."""

    sid: str
    app: str
    role: str
    scopes: builtins.list[str]
    created: int
