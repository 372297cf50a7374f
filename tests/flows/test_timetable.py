"""Opening hours out of JSON."""

from datetime import date

import pytest

from ringfence.flows import timetable
from ringfence.flows.values import Notes, WrongError


def problems(read, value):
    notes = Notes()
    try:
        read(value, "$", notes)
    except WrongError:
        pass
    return [problem.where for problem in notes.problems]


def test_a_week():
    read = timetable.weekly(
        [
            {"days": ["mon", "sun"], "from": "09:00", "to": "17:30"},
            {"days": ["mon"], "from": "22:00", "to": "02:00"},
            {"days": ["tue"], "from": "00:00", "to": "24:00"},
        ],
        "$",
        Notes(),
    )
    assert read[0] == ((540, 1050), (1320, 1560))
    assert read[1] == ((0, 1440),)
    assert read[2] == ()
    assert read[6] == ((540, 1050),)


def test_dates():
    assert timetable.dates(
        {"2026-12-25": [], "2026-12-24": [{"from": "09:00", "to": "13:00"}]}, "$", Notes()
    ) == {date(2026, 12, 25): (), date(2026, 12, 24): ((540, 780),)}


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ("always", ["$"]),
        ([1], ["$.0"]),
        ([{"days": "mon", "from": "09:00", "to": "10:00"}], ["$.0.days"]),
        ([{"days": [], "from": "09:00", "to": "10:00"}], ["$.0.days"]),
        ([{"days": ["mon", "funday"], "from": "09:00", "to": "10:00"}], ["$.0.days.1"]),
        ([{"days": ["mon"], "from": "9:00", "to": "25:00"}], ["$.0.from", "$.0.to"]),
        ([{"days": ["mon"], "from": "24:00", "to": "09:00"}], ["$.0.from"]),
        ([{"days": ["mon"], "to": "09:00"}], ["$.0.from"]),
        ([{"days": ["mon"], "from": "09:00", "to": "10:00", "zone": "x"}], ["$.0.zone"]),
    ],
)
def test_weeks_gone_wrong(value, where):
    assert problems(timetable.weekly, value) == where


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ([], ["$"]),
        ({"Christmas": []}, ["$.Christmas"]),
        ({"2026-02-30": []}, ["$.2026-02-30"]),
        ({"2026-12-25": "closed"}, ["$.2026-12-25"]),
        ({"2026-12-25": [{"from": "x", "to": "10:00"}]}, ["$.2026-12-25.0.from"]),
    ],
)
def test_dates_gone_wrong(value, where):
    assert problems(timetable.dates, value) == where


@pytest.mark.parametrize("value", ["Mars/Olympus", "../../etc/passwd", "", 5, None, "/etc/passwd"])
def test_zones_gone_wrong(value):
    assert problems(timetable.timezone, value) == ["$"]


def test_zones():
    assert str(timetable.timezone("Asia/Kolkata", "$", Notes())) == "Asia/Kolkata"
