"""Opening hours, to the minute and across daylight saving."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ringfence.flows.hours import Schedule
from ringfence.kernel.clock import Ms

LONDON = ZoneInfo("Europe/London")
KOLKATA = ZoneInfo("Asia/Kolkata")
OFFICE = ((540, 1050),)  # 09:00 to 17:30
WEEK = (OFFICE,) * 5 + ((), ())


def at(zone, *when):
    return Ms(int(datetime(*when, tzinfo=zone).timestamp() * 1000))


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ((2026, 6, 1, 8, 59, 59), False),
        ((2026, 6, 1, 9, 0, 0), True),
        ((2026, 6, 1, 17, 29, 59), True),
        ((2026, 6, 1, 17, 30, 0), False),
        ((2026, 6, 6, 12, 0), False),  # Saturday
        ((2026, 3, 27, 9, 0), True),  # the last Friday of winter time
        ((2026, 3, 30, 9, 0), True),  # the first Monday of summer time
        ((2026, 3, 30, 8, 59), False),
    ],
)
def test_a_week(when, is_open):
    assert Schedule(LONDON, WEEK, {}).is_open(at(LONDON, *when)) is is_open


def test_the_zone_is_that_of_the_schedule():
    noon_in_london = at(LONDON, 2026, 6, 1, 12, 30)
    assert Schedule(LONDON, WEEK, {}).is_open(noon_in_london)
    assert Schedule(KOLKATA, WEEK, {}).is_open(noon_in_london)  # 17:00 there
    assert not Schedule(KOLKATA, WEEK, {}).is_open(at(LONDON, 2026, 6, 1, 13, 0))


def test_a_night_belongs_to_the_day_it_began():
    friday_night = ((), (), (), (), ((1320, 1440 + 120),), (), ())  # 22:00 to 02:00
    schedule = Schedule(LONDON, friday_night, {})
    assert not schedule.is_open(at(LONDON, 2026, 6, 5, 21, 59))
    assert schedule.is_open(at(LONDON, 2026, 6, 5, 22, 0))
    assert schedule.is_open(at(LONDON, 2026, 6, 6, 1, 59))
    assert not schedule.is_open(at(LONDON, 2026, 6, 6, 2, 0))
    assert not schedule.is_open(at(LONDON, 2026, 6, 5, 1, 0))


def test_a_date_replaces_its_weekday():
    schedule = Schedule(LONDON, WEEK, {date(2026, 12, 25): (), date(2026, 12, 26): ((600, 720),)})
    assert not schedule.is_open(at(LONDON, 2026, 12, 25, 12, 0))  # a Friday
    assert schedule.is_open(at(LONDON, 2026, 12, 26, 11, 0))  # a Saturday
    assert not schedule.is_open(at(LONDON, 2026, 12, 26, 12, 0))


def test_all_day():
    schedule = Schedule(LONDON, (((0, 1440),),) * 7, {})
    assert all(schedule.is_open(at(LONDON, 2026, 6, day, 0, 0)) for day in range(1, 8))
    assert schedule.is_open(at(LONDON, 2026, 6, 1, 23, 59, 59))
