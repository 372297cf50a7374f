"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role that a link, a key or an app may have, and what it may be declared for."""

    name: str
    purposes: builtins.list[str]
