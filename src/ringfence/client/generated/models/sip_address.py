"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class SipAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address, or the network around it, on a list."""

    sid: str
    list: str
    name: str
    address: str
    prefix: int
    created: int
    changed: int
