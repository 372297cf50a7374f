"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class GrievanceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How many grievances there were, how they ended, and how many days half of them took."""

    received: int
    open: int
    redressed: int
    rejected: int
    late: int
    median_days: int | None


class GrievanceReport(msgspec.Struct, frozen=True, kw_only=True):
    """Figures on grievances, as they are published."""

    values: GrievanceFigures
