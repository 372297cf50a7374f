"""What a program's callback becomes, and the numbers Twilio has for what goes wrong."""

import pytest

from ringfence.kernel.ids import CallId, PartyId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Callback
from ringfence.office.deliveries import code_of, told

CALL = CallId("CA" + "1" * 32)
ROOM = "CF" + "2" * 32


def test_a_callback_about_a_call_is_told_in_its_order():
    made = told(
        CALL, Callback(url="https://Example.com/cb", params=(("To", Phone("+12025550123")),))
    )
    assert (made.subject, made.call, made.kind) == (CALL, CALL, "status")
    assert made.origin == "https://example.com:443"
    assert made.message.params == [("To", "+12025550123")]


def test_a_callback_about_something_else_says_what_and_under_whose_key():
    request = Callback(
        url="http://example.com:8080/cb", method="GET", kind="conference", event="participant-join",
        subject=ROOM, party=PartyId("PA1"), fallback_url="https://example.org/spare",
    )  # fmt: skip
    made = told(None, request)
    assert (made.subject, made.call, made.party, made.event) == (
        ROOM, None, "PA1", "participant-join",
    )  # fmt: skip
    assert made.origin == "http://example.com:8080"
    assert made.message.spare_url == "https://example.org/spare"


@pytest.mark.parametrize(
    ("failure", "kind", "code"),
    [
        (None, "status", None),
        ("fetch_status", "status", 11200),
        ("fetch_failed", "status", 11205),
        ("fetch_refused", "document", 11205),
        ("fetch_protocol", "document", 11206),
        ("fetch_host_unknown", "document", 11210),
        ("fetch_redirects", "document", 11215),
        ("fetch_tls", "document", 11220),
        ("fetch_certificate_name", "document", 11235),
        ("fetch_certificate_expired", "document", 11236),
        ("fetch_certificate", "document", 11237),
        ("fetch_too_large", "document", 11750),
        ("fetch_too_large", "media", 11751),
        ("bad_url", "status", 11100),
    ],
)
def test_each_failure_has_twilios_number(failure, kind, code):
    assert code_of(failure, kind) == code
