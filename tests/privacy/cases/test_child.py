"""Children: the gate and the report."""

from datetime import UTC, datetime

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.cases import child


def ms(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)


NOW = ms(2026, 11, 22, 13)


@pytest.mark.parametrize(
    ("born", "adult"),
    [
        ("2008-11-23", False),  # 17 years 364 days
        ("2008-11-22", True),
        ("2015-01-01", False),
        ("1950-01-01", True),
        ("2030-01-01", False),
    ],
)
def test_the_gate(born, adult):
    if adult:
        child.admit(born, NOW)
    else:
        with pytest.raises(Refused) as refused:
            child.admit(born, NOW)
        assert refused.value.code == "under_age"
        assert born not in str(refused.value)


@pytest.mark.parametrize(
    ("now", "adult"), [(ms(2026, 2, 28, 13), False), (ms(2026, 3, 1, 13), True)]
)
def test_born_on_a_leap_day(now, adult):
    if adult:
        child.admit("2008-02-29", now)
    else:
        with pytest.raises(Refused):
            child.admit("2008-02-29", now)


def test_a_report_restricts_before_anything_else_and_can_be_taken_back():
    assert child.MACHINE.actions("received") == []
    assert ("received", "restrict") in child.MACHINE.table
    assert child.MACHINE.after("restricted", "clear") == "cleared"
    assert child.restrict_by(0) == 3_600_000
