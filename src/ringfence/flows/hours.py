"""Opening hours: weekly times in a time zone, with exceptions by date.

    {"timezone": "Europe/London",
     "weekly": [{"days": ["mon", "tue"], "from": "09:00", "to": "17:30"}],
     "dates": {"2026-12-25": [], "2026-12-24": [{"from": "09:00", "to": "13:00"}]}}

Times are wall-clock times of the zone, so they move with daylight saving. ``to`` at or before
``from`` ends on the next day and belongs to the day it began. A date listed replaces its weekday
as a whole; an empty list is closed. ``from`` is open, ``to`` is closed, to the minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ringfence.kernel.clock import Ms

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY: Final = 1440

Span = tuple[int, int]
"""Open from (inclusive) to (exclusive), in minutes of the day; beyond 1440 is the next day."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is open: ``weekly[0]`` is Monday."""

    zone: ZoneInfo
    weekly: tuple[tuple[Span, ...], ...]
    dates: Mapping[date, tuple[Span, ...]]

    def is_open(self, now: Ms) -> bool:
        """Whether ``now`` falls into an open time."""
        here = datetime.fromtimestamp(now / 1000, self.zone)
        minute = here.hour * 60 + here.minute
        today = here.date()
        yesterday = today - timedelta(days=1)
        return any(start <= minute < end for start, end in self._spans(today)) or any(
            minute < end - MINUTES_A_DAY for _, end in self._spans(yesterday)
        )

    def _spans(self, day: date) -> tuple[Span, ...]:
        found = self.dates.get(day)
        return self.weekly[day.weekday()] if found is None else found
