"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is, was or will be in a room. ``status``: queued and ringing while it is called, connected, complete, failed."""

    conference: str
    call: str
    label: str | None = None
    status: str
    muted: bool = False
    held: bool = False
    coaching: str | None = None
    start_on_enter: bool = True
    end_on_exit: bool = False
    joined: int
    updated: int
