"""Opening hours out of JSON; what they mean is in `ringfence.flows.hours`."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from ringfence.flows.hours import DAYS, MINUTES_A_DAY, Span
from ringfence.flows.values import Field, Notes, WrongError, fields, need, shown
from ringfence.kernel.limits import FLOW_DATES

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z|24:00\Z")


def timezone(value: Any, where: str, notes: Notes) -> ZoneInfo:
    """The name of an IANA time zone."""
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError):
        raise notes.wrong(where, "must be a time zone such as Europe/London") from None


def _time(value: Any, where: str, notes: Notes) -> int:
    if not isinstance(value, str) or not _TIME.match(value):
        raise notes.wrong(where, "must be a time such as 09:30")
    return int(value[:2]) * 60 + int(value[3:])


def _span(value: Any, where: str, notes: Notes, table: dict[str, Field]) -> tuple[Span, Any]:
    got = fields(value, where, notes, table)
    start, end = got["from"], got["to"]
    if start == MINUTES_A_DAY:
        raise notes.wrong(f"{where}.from", "must be before 24:00")
    return (start, end if end > start else end + MINUTES_A_DAY), got.get("days")


def _days(value: Any, where: str, notes: Notes) -> list[int]:
    if not isinstance(value, list) or not value:
        raise notes.wrong(where, "must be a list of days: " + ", ".join(DAYS))
    found = []
    for place, day in enumerate(value):
        if day in DAYS:
            found.append(DAYS.index(day))
        else:
            notes.add(f"{where}.{place}", "must be one of " + ", ".join(DAYS))
    return found


def weekly(value: Any, where: str, notes: Notes) -> tuple[tuple[Span, ...], ...]:
    """A list of ``{"days", "from", "to"}``."""
    if not isinstance(value, list) or len(value) > FLOW_DATES:
        raise notes.wrong(where, 'must be a list of {"days", "from", "to"}')
    week: list[list[Span]] = [[] for _ in DAYS]
    for place, entry in enumerate(value):
        try:
            span, days = _span(entry, f"{where}.{place}", notes, _WEEKLY)
        except WrongError:
            continue
        for day in days:
            week[day].append(span)
    return tuple(map(tuple, week))


def dates(value: Any, where: str, notes: Notes) -> dict[date, tuple[Span, ...]]:
    """Dates to lists of ``{"from", "to"}``."""
    if not isinstance(value, dict) or len(value) > FLOW_DATES:
        raise notes.wrong(where, f"must be an object of at most {FLOW_DATES} dates")
    found: dict[date, tuple[Span, ...]] = {}
    for key, entries in value.items():
        inner = f"{where}.{shown(key)}"
        try:
            day = date.fromisoformat(key)
        except ValueError:
            notes.add(inner, "must be a date such as 2026-12-25")
            continue
        if not isinstance(entries, list):
            notes.add(inner, 'must be a list of {"from", "to"}, empty for closed')
            continue
        spans = []
        for place, entry in enumerate(entries):
            try:
                spans.append(_span(entry, f"{inner}.{place}", notes, _TIMES)[0])
            except WrongError:
                continue
        found[day] = tuple(spans)
    return found


_TIMES: Final = {"from": need(_time), "to": need(_time)}
_WEEKLY: Final = {"days": need(_days), **_TIMES}
