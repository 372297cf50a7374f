"""Counting days as laws do: calendar months, business days, birthdays.

All in UTC. A period ends at the same time of day as it began, which is never later than the end
of the day a law would grant (Regulation 1182/71 art. 3 ends periods with the last day's end).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from ringfence.kernel.clock import DAY, HOUR, Ms
from ringfence.kernel.errors import Refused

Unit = Literal["hours", "days", "business_days", "months"]


@dataclass(frozen=True, slots=True)
class Period:
    """``count`` of ``unit``; a business day is Monday to Friday, public holidays not counted."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        words = self.unit.replace("_", " ")
        return f"{self.count} {words[:-1] if self.count == 1 else words}"

    def after(self, instant: Ms) -> Ms:
        """Return when the period that begins at ``instant`` is over."""
        match self.unit:
            case "hours":
                return Ms(instant + self.count * HOUR)
            case "days":
                return Ms(instant + self.count * DAY)
            case "months":
                return add_months(instant, self.count)
            case "business_days":
                return add_business_days(instant, self.count)


def add_months(instant: Ms, months: int) -> Ms:
    """Return the same day ``months`` later; where that month is too short, its last day.

    31 January and one month is 28 February (29 in a leap year): Regulation 1182/71 art. 3(2)(c).
    """
    moment = _moment(instant)
    month = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(month, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return _ms(moment.replace(year=year, month=month + 1, day=day))


def add_business_days(instant: Ms, days: int) -> Ms:
    """Return the same time of day ``days`` weekdays later."""
    moment = _moment(instant)
    while days:
        moment += timedelta(days=1)
        if moment.weekday() < 5:
            days -= 1
    return _ms(moment)


def birthday(born: date, years: int) -> date:
    """Return the day somebody completes ``years``.

    Who was born on 29 February completes a year on 1 March where there is no such day: the later
    of the two readings, so that nobody is taken for of age too soon.
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def is_of_age(born: date, years: int, now: Ms) -> bool:
    """Whether somebody has completed ``years`` at ``now``, everywhere on earth.

    Where the day has not begun yet (UTC-12) the birthday has not come yet either.
    """
    return birthday(born, years) <= _moment(Ms(now - 12 * HOUR)).date()


def read_date(text: str) -> date:
    """Read ``2008-11-23``; raises `Refused` (``bad_date``) without repeating it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("bad_date", "write the date as year-month-day, e.g. 2000-12-31") from None


def day_of(instant: Ms) -> date:
    """Return the day of an instant in UTC."""
    return _moment(instant).date()


def start_of(day: date) -> Ms:
    """Return the first instant of a day in UTC."""
    return _ms(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _moment(instant: Ms) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=instant)


def _ms(moment: datetime) -> Ms:
    return Ms((moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1))
