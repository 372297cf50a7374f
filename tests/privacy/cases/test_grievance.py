"""Grievances: one calendar month, reasons for more, figures."""

from datetime import UTC, datetime

import pytest

from ringfence.kernel.clock import DAY
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases import grievance


def ms(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.promise("GRV-02")
def test_a_grievance_is_due_within_a_calendar_month_and_longer_only_with_reasons():
    received = ms(2026, 1, 31, 8)
    due = grievance.due(received)
    assert due == ms(2026, 2, 28, 8)
    assert grievance.due(ms(2028, 1, 31)) == ms(2028, 2, 29)
    ask = {"due_at": due, "days": 14}
    assert grievance.extended(received, **ask, words="a carrier must answer", now=due - 1) == (
        due + 14 * DAY
    )
    for words, now, days in (("", due - 1, 14), ("late", due, 14), ("more", due - 1, 61)):
        with pytest.raises(Refused) as refused:
            grievance.extended(received, due_at=due, days=days, words=words, now=now)
        assert refused.value.clause == "GRV-02"
    with pytest.raises(Refused):
        grievance.MACHINE.after("extended", "extend")
    with pytest.raises(Refused, match="extended once"):  # also where it was escalated since
        grievance.extended(received, due_at=due + DAY, days=1, words="x", now=due)


def test_an_escalated_grievance_can_still_be_settled():
    assert grievance.MACHINE.after("received", "escalate") == "escalated"
    assert grievance.MACHINE.actions("escalated") == ["extend", "settle", "withdraw"]


def test_statistics():
    month = 30 * DAY
    rows = [
        grievance.Settled(0, month, 5 * DAY, "redressed"),
        grievance.Settled(0, month, 40 * DAY, "rejected"),
        grievance.Settled(0, month, None, "open"),
        grievance.Settled(0, month, 9 * DAY, "redressed"),
    ]
    found = grievance.statistics(rows, now=31 * DAY)
    assert found == grievance.Statistics(
        received=4, open=1, redressed=2, rejected=1, late=2, median_days=9
    )
    assert grievance.statistics([], now=0).median_days is None
