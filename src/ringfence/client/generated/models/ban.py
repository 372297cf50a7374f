"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Ban(msgspec.Struct, frozen=True, kw_only=True):
    """An address that gets no answer by SIP, because it behaved like a scanner. ``since``, ``until``: epoch milliseconds. It is kept in memory alone and gone with a restart."""

    address: str
    since: int
    until: int
