"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure: planned, begun or done. ``due``: when the next of what is kept may go."""

    sid: str
    status: str
    reason: str
    asked: int
    done: int | None
    due: int | None
    rows: builtins.list[ErasureRow]
    receipt: str | None
    verifier_key: str | None


class ErasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the plan of an erasure. ``at`` None: at once; ``count`` None: not counted."""

    store: str
    what: str
    count: int | None
    action: str
    at: int | None
    rule: str
