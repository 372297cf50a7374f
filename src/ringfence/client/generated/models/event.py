"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. ``text`` names no number and no digit. ``type``: the name of the fact, e.g. ``CallAnswered``; ``heartbeat`` where nothing happened for a while; ``behind`` where the reader was too slow and has to come back with ``id``."""

    id: int
    type: str
    at: int
    call: str | None = None
    leg: str | None = None
    message: str | None = None
    text: str = ""
    level: str = "info"
    data: builtins.dict[str, bool | int | str | None] = {}
