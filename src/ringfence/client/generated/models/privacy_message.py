"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody gets: lists with their grounds, and whether they declined."""

    lists: builtins.list[OnList]
    suppressed: bool


class OnList(msgspec.Struct, frozen=True, kw_only=True):
    """A list somebody is on, on what ground, and what proves it."""

    list: str
    ground: str
    evidence: str


class PolicyMail(msgspec.Struct, frozen=True, kw_only=True):
    """A message: its template, ground and fate; nothing of what it said or to whom."""

    id: str
    template: str
    kind: str
    channel: str
    ground: str
    evidence: str
    reason: str
    state: str
    error: str | None
    created: int
    settled: int | None
