"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Who receives data, on what terms. ``refused``: why nothing is sent to it now."""

    key: str
    says: str
    role: str
    fields: builtins.list[str]
    purposes: builtins.list[str]
    country: str
    mechanism: str
    until: int | None
    refused: str | None
