"""What an account used, by category and period: counts and amounts, days of UTC.

Prices are in millionths, and nothing where no tariff is set. Names of categories are those of
Twilio's usage records, https://www.twilio.com/docs/usage/api/usage-record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Period = Literal["whole", "daily", "monthly", "yearly"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """``parts``: what it is the sum of; empty where it is measured itself."""

    says: str
    count_unit: str
    usage_unit: str
    parts: tuple[str, ...] = ()


CATEGORIES: Final[Mapping[str, Category]] = {
    "calls": Category(
        says="Voice minutes", count_unit="calls", usage_unit="minutes",
        parts=("calls-inbound", "calls-outbound"),
    ),
    "calls-inbound": Category(
        says="Inbound voice minutes", count_unit="calls", usage_unit="minutes"
    ),
    "calls-outbound": Category(
        says="Outbound voice minutes", count_unit="calls", usage_unit="minutes"
    ),
    "phonenumbers": Category(says="Phone numbers", count_unit="numbers", usage_unit="numbers"),
    "recordings": Category(
        says="Recorded minutes", count_unit="recordings", usage_unit="minutes"
    ),
    "sms": Category(
        says="Text messages", count_unit="messages", usage_unit="segments",
        parts=("sms-inbound", "sms-outbound"),
    ),
    "sms-inbound": Category(
        says="Inbound text messages", count_unit="messages", usage_unit="segments"
    ),
    "sms-outbound": Category(
        says="Outbound text messages", count_unit="messages", usage_unit="segments"
    ),
    "transcriptions": Category(
        says="Transcriptions of recordings", count_unit="transcriptions", usage_unit="minutes"
    ),
    "totalprice": Category(
        says="Total price", count_unit="", usage_unit="",
        parts=(
            "calls-inbound", "calls-outbound", "phonenumbers", "recordings", "sms-inbound",
            "sms-outbound", "transcriptions",
        ),
    ),
}  # fmt: skip
TOTAL: Final = "totalprice"
"""What all of it cost: of it there is a price alone."""


@dataclass(frozen=True, slots=True)
class Used:
    """What was used on one day of one category that is measured itself.

    ``price``: what was charged for it, in millionths.
    """

    day: date
    category: str
    count: int
    usage: int
    price: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """What was used of a category from ``start`` to ``end``, both included."""

    category: str
    start: date
    end: date
    count: int
    usage: int
    price: int = 0


def records(used: Iterable[Used], *, period: Period, since: date, until: date) -> list[Record]:
    """Add up what was used into periods, the newest first; ``until`` is included.

    Every category has a record in every period, also where nothing was used. A period that the
    span cuts begins or ends with the span.
    """
    spans = list(_spans(period, since, until))
    sums: dict[tuple[int, str], tuple[int, int, int]] = {}
    starts = {start: at for at, (start, _) in enumerate(spans)}
    for one in used:
        if not since <= one.day <= until:
            continue
        at = starts[max(_start(period, one.day, since), since)]
        for name, category in CATEGORIES.items():
            if name == one.category or one.category in category.parts:
                count, usage, price = sums.get((at, name), (0, 0, 0))
                if name != TOTAL:  # calls and messages do not add up, what they cost does
                    count, usage = count + one.count, usage + one.usage
                sums[at, name] = count, usage, price + one.price
    return [
        Record(name, start, end, *sums.get((at, name), (0, 0, 0)))
        for at, (start, end) in reversed(list(enumerate(spans)))
        for name in CATEGORIES
    ]


def span_of(name: str, today: date) -> tuple[date, date] | None:
    """Return the days that ``today``, ``yesterday``, ``this_month``, ``last_month`` stand for."""
    month = today.replace(day=1)
    match name:
        case "today":
            return today, today
        case "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        case "this_month":
            return month, today
        case "last_month":
            last = month - timedelta(days=1)
            return last.replace(day=1), last
    return None


def _start(period: Period, day: date, since: date) -> date:
    match period:
        case "whole":
            return since
        case "daily":
            return day
        case "monthly":
            return day.replace(day=1)
        case "yearly":
            return day.replace(month=1, day=1)


def _spans(period: Period, since: date, until: date) -> Iterator[tuple[date, date]]:
    start = since
    while start <= until:
        end = min(_last(period, start, until), until)
        yield start, end
        start = end + timedelta(days=1)


def _last(period: Period, day: date, until: date) -> date:
    """Return the last day of the period a day is in."""
    match period:
        case "whole":
            return until
        case "daily":
            return day
        case "monthly":
            following = day.replace(day=28) + timedelta(days=4)
            return following.replace(day=1) - timedelta(days=1)
        case "yearly":
            return day.replace(month=12, day=31)
