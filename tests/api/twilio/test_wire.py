"""Shapes and words of the 2010 interface."""

import msgspec
import pytest

from ringfence.api import views
from ringfence.api.twilio.wire import call_status, formatted, moment

CALL = views.Call(sid="CA1", direction="outbound", status="offered", offered=0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "queued"),
        ({"direction": "inbound"}, "ringing"),
        ({"status": "ringing"}, "ringing"),
        ({"status": "answered"}, "in-progress"),
        ({"status": "ended", "cause": "busy"}, "busy"),
        ({"status": "ended", "cause": "no_answer"}, "no-answer"),
        ({"status": "ended", "cause": "cancelled"}, "canceled"),
        ({"status": "ended", "cause": "congestion"}, "failed"),
        ({"status": "ended", "cause": "congestion", "answered": 5}, "completed"),
        ({"status": "ended"}, "completed"),
    ],
)
def test_words_for_how_a_call_is(changes, status):
    assert call_status(msgspec.structs.replace(CALL, **changes)) == status


def test_instants_are_rfc_2822_in_utc():
    assert moment(1_700_000_000_999) == "Tue, 14 Nov 2023 22:13:20 +0000"
    assert moment(None) is None


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+12025550123", "(202) 555-0123"),
        ("+447700900123", "07700 900123"),
        ("sip:desk@example.com", "sip:desk@example.com"),
        ("", ""),
        ("+1", "+1"),
    ],
)
def test_numbers_are_shown_as_people_write_them(address, shown):
    assert formatted(address) == shown
