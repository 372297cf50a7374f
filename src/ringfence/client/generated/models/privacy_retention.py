"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class RetentionTerm(msgspec.Struct, frozen=True, kw_only=True):
    """How long a kind of record is kept. ``at_most_days`` None: for ever."""

    rule: str
    trigger: str
    at_least_days: int
    at_most_days: int | None
    floor_by: str
    source: str
    setting: str | None


class SweepDue(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep removes of one kind, or removed."""

    kind: str
    count: int
    oldest: int | None
    rule: str
    at_most_days: int
