"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import Any

import msgspec


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A flow; ``document`` is the JSON document on ``flow.show`` alone."""

    name: str
    sid: str
    version: int
    created: int
    changed: int
    document: builtins.dict[str, Any] | None = None
