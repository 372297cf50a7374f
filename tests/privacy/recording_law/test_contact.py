"""Whom to call: never who said never, marketing by consent, and by their own clock."""

from datetime import UTC, datetime

import pytest

from ringfence.privacy.recording_law.contact import Contact, decide
from ringfence.privacy.recording_law.rules import load


def instant(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NOON = instant("2026-06-01T16:00")  # 12:00 in New York, 09:00 in Los Angeles, 06:00 in Honolulu


def answer(**changes):
    fields = {"about": "marketing", "place": "US-NY", "at": NOON, "consent": "given"}
    return decide(Contact(**(fields | changes)), load())


@pytest.mark.parametrize("about", ["service", "marketing"])
def test_who_said_never_is_never_called(about):
    assert answer(about=about, do_not_call=True).code == "do_not_call"


def test_a_service_call_needs_neither_consent_nor_an_hour():
    assert answer(about="service", consent="unknown", at=instant("2026-06-01T07:00")).allowed
    assert answer(about="service", opted_out=True).allowed


@pytest.mark.promise("PUR-06")
def test_marketing_needs_a_consent_or_a_customer_who_did_not_object():
    assert answer().allowed
    assert answer(consent="unknown").code == "no_marketing_consent"
    assert answer(consent="unknown", customer=True).rule == "soft-opt-in"
    assert answer(consent="unknown", customer=True, opted_out=True).code == "marketing_opt_out"
    assert answer(opted_out=True).code == "marketing_opt_out"
    assert answer(consent="refused", customer=True).code == "marketing_opt_out"


@pytest.mark.parametrize(
    ("place", "hours_ago", "code"),
    [
        ("AE", [], ""),
        ("AE", [23], "too_many_attempts"),
        ("AE", [25], ""),
        ("AE", [25, 49], "too_many_attempts"),
        ("AE", [25, 24 * 7 + 1], ""),
        ("US-NY", [1, 2, 3], ""),
    ],
)
def test_who_does_not_answer_is_not_called_about_offers_again_and_again(place, hours_ago, code):
    now = instant("2026-06-01T15:00" if place == "US-NY" else "2026-06-01T10:00")
    in_vain = tuple(now - hours * 3_600_000 for hours in hours_ago)
    found = answer(place=place, at=now, unanswered=in_vain)
    assert found.code == code
    assert answer(place=place, at=now, unanswered=in_vain, about="service").allowed


@pytest.mark.parametrize(
    ("place", "at", "rule"),
    [
        ("US-NY", "2026-06-01T11:59", "us-tcpa-hours"),
        ("US-NY", "2026-06-01T12:00", ""),
        ("US-NY", "2026-06-02T00:59", ""),
        ("US-NY", "2026-06-02T01:00", "us-tcpa-hours"),
        ("US-NY", "2026-01-15T12:59", "us-tcpa-hours"),
        ("US-NY", "2026-01-15T13:00", ""),
        ("US-CA", "2026-06-01T14:59", "us-tcpa-hours"),
        ("US-CA", "2026-06-01T15:00", ""),
        # Florida lies in two zones and ends at eight.
        ("US-FL", "2026-06-01T12:30", "us-tcpa-hours"),
        ("US-FL", "2026-06-01T13:00", ""),
        ("US-FL", "2026-06-02T00:00", "us-fl-hours"),
        # A number that tells no state may be in Honolulu.
        ("US-??", "2026-06-01T17:59", "us-tcpa-hours"),
        ("US-??", "2026-06-01T18:30", ""),
        ("AE", "2026-06-01T04:59", "ae-telemarketing-hours"),
        ("AE", "2026-06-01T05:00", ""),
        ("AE", "2026-06-01T13:59", ""),
        ("AE", "2026-06-01T14:00", "ae-telemarketing-hours"),
        ("AE", "2024-08-26T20:00", ""),
        ("DE", "2026-06-01T03:00", ""),
    ],
)
def test_marketing_keeps_to_the_hours_of_the_called_persons_clock(place, at, rule):
    found = answer(place=place, at=instant(at))
    assert found.code == ("outside_calling_hours" if rule else "")
    if rule:
        assert found.rule == rule
