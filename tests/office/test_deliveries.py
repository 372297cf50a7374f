"""What a program's callback becomes, and the numbers Twilio has for what goes wrong."""

import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel.ids import CallId, LegId, PartyId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Callback
from ringfence.office.deliveries import code_of, told
from ringfence.privacy.purposes import purpose

CALL = CallId("CA" + "1" * 32)
RECORDING = RecordingId("RE" + "3" * 32)
ROOM = "CF" + "2" * 32


@pytest.fixture
def clock_ms(office):
    return office.clock.now()


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


@pytest.mark.parametrize(
    ("words", "event"), [(("completed",), "completed"), (("completed", "absent"), "")]
)
def test_what_is_pledged_says_which_outcome_is_wanted(words, event):
    request = Callback(url="https://x.example", outcome=RecordingId("RE1"), pledged=words)
    made = told(CALL, request)
    assert (made.outcome, made.pledged, made.event) == ("RE1", True, event)


def test_a_recording_that_is_over_leaves_no_pledge(office, clock_ms):
    def over(kind, source="call", **more):
        return kind(at=clock_ms, call=CALL, recording=RECORDING, source=source, **more)

    pledge = Callback(
        url="https://x.example", kind="recording", outcome=RECORDING, pledged=("completed",)
    )
    box, reading = office.store.rooms.deliveries, office.store.db.reading

    def left():
        office.store.db.submit(lambda _tx: None).result(5)
        return len(box.pledged(reading))

    office.postbox.tell(told(None, pledge))
    assert left() == 1
    office.postbox.watch((over(events.RecordingFailed, "conference", reason="empty"),))
    assert left() == 1, "one voice of a room is not the whole"
    office.postbox.watch((over(events.RecordingFailed, reason="empty"),))
    assert left() == 0


@pytest.mark.parametrize(
    ("about", "fact"),
    [
        ("CA" + "3" * 32, {"kind": events.LegGiven, "to": CALL}),
        ("LG" + "3" * 32, {"kind": events.LegGiven, "to": CALL}),
        ("CA" + "3" * 32, {"kind": events.LegEnded}),
        ("LG" + "3" * 32, {"kind": events.LegEnded}),
    ],
)
def test_a_leg_that_is_over_leaves_no_pledge(office, clock_ms, about, fact):
    pledge = Callback(url="https://x.example", outcome=about, pledged=("completed",))
    box, reading = office.store.rooms.deliveries, office.store.db.reading
    office.postbox.tell(told(None, pledge))
    kind = fact.pop("kind")
    if kind is events.LegEnded:
        fact |= {"role": "callee", "cause": Cause.NORMAL, "by_far_end": True}
    office.postbox.watch((kind(at=clock_ms, call=CALL, leg=LegId("LG" + "3" * 32), **fact),))
    office.store.db.submit(lambda _tx: None).result(5)
    assert box.pledged(reading) == []


def test_a_new_pledge_about_the_same_replaces_the_one_before(office):
    box, reading = office.store.rooms.deliveries, office.store.db.reading
    for url in ("https://x.example/1", "https://x.example/2"):
        pledge = Callback(url=url, outcome=CALL, pledged=("completed",))
        office.postbox.tell(told(None, pledge))
    office.store.db.submit(lambda _tx: None).result(5)
    (left,) = box.pledged(reading)
    with purpose("deliver_content"):
        assert box.message(left).url == "https://x.example/2"
