"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting: its value as it would be written, and where that comes from."""

    name: str
    value: str
    source: str
    default: str
    form: str
    doc: str
