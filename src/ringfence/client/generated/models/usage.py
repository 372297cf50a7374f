"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec

from ringfence.client.generated.models.shared import Hook


class UsageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was used of a category from ``start`` to ``end`` (days of UTC, both included)."""

    category: str
    says: str
    start: str
    end: str
    count: int
    count_unit: str
    usage: int
    usage_unit: str
    as_of: int
    price: str | None = None
    currency: str | None = None


class UsageTrigger(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is told once ``current`` reaches ``value``."""

    sid: str
    name: str
    category: str
    by: str
    recurring: str
    value: int
    current: int
    hook: Hook
    fired: int | None = None
    created: int
    changed: int
