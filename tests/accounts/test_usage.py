"""What was used, added up into periods."""

from datetime import date

import pytest

from ringfence.accounts.usage import CATEGORIES, Used, records, span_of

DAYS = [
    Used(date(2029, 12, 31), "calls-inbound", 1, 1),
    Used(date(2030, 1, 1), "calls-inbound", 2, 5),
    Used(date(2030, 1, 31), "calls-outbound", 3, 7),
    Used(date(2030, 2, 1), "recordings", 1, 2),
    Used(date(2031, 1, 1), "calls-inbound", 9, 9),
]
SINCE, UNTIL = date(2029, 12, 31), date(2030, 2, 2)


def calls(period, since=SINCE, until=UNTIL):
    found = records(DAYS, period=period, since=since, until=until)
    assert len(found) % len(CATEGORIES) == 0
    return [(r.start, r.end, r.count, r.usage) for r in found if r.category == "calls"]


def test_a_whole_span_is_one_record_of_each_category():
    assert calls("whole") == [(SINCE, UNTIL, 6, 13)]


def test_periods_are_cut_by_the_span_and_the_newest_comes_first():
    assert calls("monthly") == [
        (date(2030, 2, 1), UNTIL, 0, 0),
        (date(2030, 1, 1), date(2030, 1, 31), 5, 12),
        (SINCE, SINCE, 1, 1),
    ]
    assert calls("yearly") == [(date(2030, 1, 1), UNTIL, 5, 12), (SINCE, SINCE, 1, 1)]
    assert len(calls("daily")) == 34
    assert calls("daily", until=date(2030, 1, 1))[0] == (date(2030, 1, 1),) * 2 + (2, 5)


def test_what_lies_outside_is_not_counted():
    assert calls("whole", date(2030, 1, 2), date(2030, 1, 30))[0][2:] == (0, 0)


def test_a_leap_year_has_its_day():
    (found,) = calls("monthly", date(2028, 2, 1), date(2028, 2, 29))
    assert found[:2] == (date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("today", (date(2030, 3, 1), date(2030, 3, 1))),
        ("yesterday", (date(2030, 2, 28), date(2030, 2, 28))),
        ("this_month", (date(2030, 3, 1), date(2030, 3, 1))),
        ("last_month", (date(2030, 2, 1), date(2030, 2, 28))),
        ("tomorrow", None),
    ],
)
def test_spans_have_names(name, span):
    assert span_of(name, date(2030, 3, 1)) == span
