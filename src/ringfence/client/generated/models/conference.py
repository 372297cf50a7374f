"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Conference(msgspec.Struct, frozen=True, kw_only=True):
    """A room. ``status``: init, running, ended; ``reason``: why it ended."""

    sid: str
    name: str
    status: str
    reason: str | None = None
    ended_by: str | None = None
    created: int
    updated: int
    ended: int | None = None
