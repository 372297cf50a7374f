"""Invariant: a floor never exceeds what is kept, wherever and whenever one asks."""

from datetime import UTC, datetime

import pytest

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.retention import RULES
from ringfence.privacy.terms import STATUTES, term


def on(year: int, month: int = 1, day: int = 1) -> Ms:
    return Ms(int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000))


@pytest.mark.promise("RET-02")
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("where", ["", "GB", *sorted({s.jurisdiction for s in STATUTES})])
@pytest.mark.parametrize("year", [1980, 2021, 2023, 2026, 2030])
def test_every_rule_has_numbers_everywhere(rule, where, year):
    found = term(rule, jurisdiction=where, now=on(year))
    assert found.floor_days >= RULES[rule].floor_days
    assert found.days is None or found.days >= found.floor_days
    assert found.source


@pytest.mark.promise("RET-01")
def test_call_logs_are_kept_six_months_where_no_statute_speaks():
    found = term("call_log", jurisdiction="GB", now=on(2026))
    assert (found.floor_days, found.floor_by) == (180, "call_log")


@pytest.mark.parametrize(
    ("where", "when", "floor", "by"),
    [
        ("IN", on(2021, 12, 21), 180, "call_log"),
        ("IN", on(2021, 12, 22), 730, "IN-18"),
        ("IN", on(2030), 730, "IN-18"),  # the stricter of two
        ("US", on(2026), 550, "US-10"),
        ("", on(2026), 180, "call_log"),
    ],
)
def test_a_statute_counts_where_and_from_when_it_is_law(where, when, floor, by):
    found = term("call_log", jurisdiction=where, now=when)
    assert (found.floor_days, found.floor_by) == (floor, by)


def test_a_ceiling_rises_with_a_floor_above_it():
    found = term("operations", jurisdiction="IN", now=on(2026))
    assert (found.floor_days, found.days) == (180, 180)


def test_the_account_chooses_between_floor_and_ceiling():
    assert term("call_log", jurisdiction="", now=on(2026), chosen=200).days == 200
    with pytest.raises(Refused) as low:
        term("call_log", jurisdiction="US", now=on(2026), chosen=200)
    assert (low.value.code, low.value.clause) == ("below_floor", "US-10")
    with pytest.raises(Refused) as high:
        term("content", jurisdiction="", now=on(2026), chosen=9999)
    assert (high.value.code, high.value.clause) == ("above_ceiling", "content")


def test_days_count_from_the_trigger():
    found = term("call_log", jurisdiction="", now=on(2026))
    assert found.cutoff(on(2026)) == on(2026) - 730 * DAY
    assert found.floor_ends(Ms(0)) == 180 * DAY
    assert term("audit", jurisdiction="", now=on(2026)).cutoff(on(2026)) is None
