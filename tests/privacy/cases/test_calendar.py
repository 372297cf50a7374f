"""Months, business days and birthdays, as laws count them."""

from datetime import UTC, date, datetime

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.cases.calendar import (
    Period,
    add_business_days,
    add_months,
    birthday,
    day_of,
    is_of_age,
    read_date,
    start_of,
)


def ms(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("begun", "months", "over"),
    [
        (ms(2026, 1, 31, 15), 1, ms(2026, 2, 28, 15)),
        (ms(2028, 1, 31), 1, ms(2028, 2, 29)),
        (ms(2026, 2, 28), 1, ms(2026, 3, 28)),
        (ms(2026, 12, 31), 2, ms(2027, 2, 28)),
        (ms(2026, 5, 15, 1, 2, 3), 12, ms(2027, 5, 15, 1, 2, 3)),
    ],
)
def test_a_calendar_month_ends_on_the_same_day_or_the_last(begun, months, over):
    assert add_months(begun, months) == over


def test_business_days_leave_weekends_out():
    friday = ms(2026, 11, 20, 9)
    assert add_business_days(friday, 1) == ms(2026, 11, 23, 9)
    assert add_business_days(friday, 10) == ms(2026, 12, 4, 9)


def test_a_period_says_itself():
    assert str(Period(1, "months")) == "1 month"
    assert str(Period(10, "business_days")) == "10 business days"
    assert Period(72, "hours").after(0) == 72 * 3600_000
    assert Period(2, "days").after(5) == 2 * 86400_000 + 5


def test_nobody_comes_of_age_a_day_too_soon():
    born = date(2008, 11, 22)
    assert not is_of_age(born, 18, ms(2026, 11, 21, 23, 59))
    assert not is_of_age(born, 18, ms(2026, 11, 22, 11, 59))  # still the 21st west of Hawaii
    assert is_of_age(born, 18, ms(2026, 11, 22, 12))


def test_who_was_born_on_a_leap_day_waits_for_march():
    assert birthday(date(2008, 2, 29), 18) == date(2026, 3, 1)
    assert birthday(date(2008, 2, 29), 20) == date(2028, 2, 29)


def test_dates_are_read_and_a_bad_one_is_not_repeated():
    assert read_date("2000-12-31") == date(2000, 12, 31)
    with pytest.raises(Refused) as refused:
        read_date("2008-02-30x")
    assert "2008" not in refused.value.reason


def test_days_of_instants():
    assert start_of(day_of(ms(2026, 11, 22, 13))) == ms(2026, 11, 22)
