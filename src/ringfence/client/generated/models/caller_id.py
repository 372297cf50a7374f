"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class CallerId(msgspec.Struct, frozen=True, kw_only=True):
    """A number of somebody's that calls may show, because they confirmed it."""

    sid: str
    number: str
    name: str
    created: int
    changed: int


class CallerIdCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A number is being called; who answers enters ``code``."""

    call: str
    number: str
    name: str
    code: str
