"""Requests of people: clocks, the one extension, fees, limits, reasons."""

from datetime import UTC, datetime

import pytest

from ringfence.kernel.clock import DAY, HOUR
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases import rights
from ringfence.privacy.cases.law import rights_rule


def ms(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)


RECEIVED = ms(2026, 1, 31, 10)
EU, INDIA, CALIFORNIA = (rights_rule(where, RECEIVED) for where in ("DE", "IN", "US-CA"))


def test_the_clock_of_a_month_from_31_january():
    due = rights.due(EU, "access", RECEIVED)
    assert due == ms(2026, 2, 28, 10)
    clock = rights.clock(RECEIVED, due)
    assert RECEIVED < clock.remind_at < clock.escalate_at < clock.due_at == due
    assert clock.remind_at == due - 7 * DAY


@pytest.mark.parametrize("length", [HOUR, 6 * HOUR, DAY, 3 * DAY, 30 * DAY, 90 * DAY])
def test_reminding_and_escalating_come_before_the_end_of_any_clock(length):
    clock = rights.clock(RECEIVED, RECEIVED + length)
    assert RECEIVED < clock.remind_at < clock.escalate_at < clock.due_at


def test_marketing_stops_within_a_day_unless_the_law_is_slower():
    assert rights.due(EU, "opt_out", RECEIVED) == RECEIVED + DAY
    assert rights.due(CALIFORNIA, "opt_out", RECEIVED) > RECEIVED + 14 * DAY


def test_one_extension_with_reasons_in_time():
    due = rights.due(EU, "access", RECEIVED)
    ask = {"due_at": due, "received": RECEIVED}
    assert rights.extended(EU, **ask, reason="complex", now=due - 1) == ms(2026, 4, 28, 10)
    for code, rule, reason, now in (
        ("reason_missing", EU, "busy", due - 1),
        ("no_extension", INDIA, "complex", due - 1),
        ("too_late", EU, "complex", due),
    ):
        with pytest.raises(Refused) as refused:
            rights.extended(rule, **ask, reason=reason, now=now)
        assert refused.value.code == code
    with pytest.raises(Refused):
        rights.MACHINE.after("extended", "extend")


def test_a_fee_is_the_exception():
    for ground, words in (("", ""), ("manifestly_unfounded", ""), ("annoying", "very")):
        with pytest.raises(Refused) as refused:
            rights.check_fee(EU, ground=ground, words=words, previous=99)
        assert refused.value.code == "no_fee"
    rights.check_fee(EU, ground="manifestly_unfounded", words="the same, daily", previous=1)
    with pytest.raises(Refused) as refused:  # the notice promises the first one free, everywhere
        rights.check_fee(EU, ground="manifestly_unfounded", words="the same, daily", previous=0)
    assert refused.value.clause == "DSR-07"
    with pytest.raises(Refused):
        rights.check_fee(CALIFORNIA, ground="", words="", previous=1)
    rights.check_fee(CALIFORNIA, ground="", words="", previous=2)


def test_the_third_request_of_a_year_may_be_refused_where_the_law_counts():
    ask = {"reason": "over_the_limit", "words": ""}
    rights.check_refusal(CALIFORNIA, **ask, previous=2)
    for rule, previous in ((CALIFORNIA, 1), (EU, 50)):
        with pytest.raises(Refused) as refused:
            rights.check_refusal(rule, **ask, previous=previous)
        assert refused.value.code == "no_limit"


def test_a_refusal_has_a_reason_from_the_list():
    rights.check_refusal(EU, reason="law_keeps_it", words="Tax, until 2031", previous=0)
    for reason in ("", "no time", "manifestly_unfounded", "law_keeps_it"):
        with pytest.raises(Refused):
            rights.check_refusal(EU, reason=reason, words=" ", previous=0)


@pytest.mark.promise("DSR-07")
def test_a_first_request_is_not_excessive():
    ask = {"reason": "excessive", "words": "The fifth in a month."}
    with pytest.raises(Refused) as refused:
        rights.check_refusal(EU, **ask, previous=0)
    assert (refused.value.code, refused.value.clause) == ("not_excessive", "DSR-07")
    rights.check_refusal(EU, **ask, previous=1)


def test_an_answered_case_can_only_be_closed():
    assert rights.MACHINE.actions("answered") == ["close"]
    assert "answer" not in rights.MACHINE.actions("identifying")
