"""Shapes of apps, their grants and tokens, events and repeated requests."""

from __future__ import annotations

import msgspec


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered to a request before; ``status`` None: it is to be carried out now."""

    status: int | None = None
    body: bytes | None = None
