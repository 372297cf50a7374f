"""Media streams as they are shown."""

from __future__ import annotations

import msgspec


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """A server that hears a call. ``status``: in-progress or stopped."""

    sid: str
    call: str
    status: str
    name: str = ""
