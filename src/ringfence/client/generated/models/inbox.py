"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class InboxCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages nobody has read."""

    unread: int
    numbers: builtins.list[InboxNumber]


class InboxNumber(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages to a number of ours nobody has read; ``number`` None: it is gone."""

    number: str | None
    unread: int
