"""REFER targets and the reports about them, both ways (RFC 3515)."""

import pytest
from sip_net import name, request

from ringfence.kernel.errors import RemoteError
from ringfence.sip.refer import (
    Report,
    notify_event,
    parse_notify,
    report,
    target,
    with_replaces,
)
from ringfence.sip.replaces import Replaces


def notify(state="active", body=b"SIP/2.0 180 Ringing\r\n", event="refer"):
    extra = [("Event", event)] if event else []
    extra += [("Subscription-State", state)] if state else []
    asked = request("NOTIFY", extra=extra)
    asked.body = body
    return asked


@pytest.mark.parametrize(
    ("state", "body", "said"),
    [
        ("active;expires=60", b"SIP/2.0 100 Trying\r\n", Report(100, False)),
        ("active", b"SIP/2.0 180", Report(180, False)),
        ("terminated;reason=noresource", b"SIP/2.0 200 OK\r\n", Report(200, True)),
        ("active", b"SIP/2.0 200 OK\r\n", Report(200, True)),
        ("TERMINATED", b"sip/2.0 486 Busy\nTo: x", Report(486, True)),
        ("terminated;reason=timeout", b"", Report(408, True)),
        ("terminated", b"nonsense", Report(408, True)),
    ],
)
def test_what_a_notify_says(state, body, said):
    assert parse_notify(notify(state, body)) == said


@pytest.mark.parametrize(
    ("state", "body"),
    [
        (None, b"SIP/2.0 200 OK"),
        ("active", b""),
        ("active", b"HTTP/1.1 200"),
        ("active", b"SIP/2.0 999 x"),
    ],
)
def test_a_notify_that_says_nothing(state, body):
    with pytest.raises(RemoteError):
        parse_notify(notify(state, body))


@pytest.mark.parametrize(
    ("event", "read"),
    [
        ("refer", ("refer", None)),
        ("Refer;id=93809824", ("refer", 93809824)),
        ("dialog;id=x", ("dialog", None)),
        ("refer;id=²", ("refer", None)),
    ],
)
def test_the_event_of_a_notify(event, read):
    assert notify_event(notify(event=event)) == read


def test_a_notify_without_event():
    with pytest.raises(RemoteError):
        notify_event(notify(event=None))


@pytest.mark.parametrize("status", [100, 183, 200, 486, 699])
def test_our_reports_are_read_as_they_were_meant(status):
    asked = request("NOTIFY")
    report(asked, 12, status)
    assert parse_notify(asked) == Report(status, status >= 200)
    assert notify_event(asked) == ("refer", 12)
    assert asked.content_type == "message/sipfrag"


def test_where_a_refer_points():
    asked = request("REFER", extra=[("Refer-To", "<sip:carol@example.com>")])
    assert target(asked) == (name("<sip:carol@example.com>"), None)


def test_an_attended_transfer_names_the_dialog_to_replace():
    replaces = Replaces("c1@example.com", "t", "f")
    refer_to = with_replaces(name("<sip:carol@example.com>"), replaces)
    asked = request("REFER", extra=[("Refer-To", str(refer_to))])
    assert "?Replaces=c1%40example.com%3Bto-tag%3Dt" in str(refer_to)
    asked = request("REFER", extra=[("Refer-To", str(refer_to))])
    assert "?Replaces=c%3B1%40example.com" in str(refer_to) or "%3Bto-tag" in str(refer_to)
    found, named = target(asked)
    assert found.uri.host == "example.com"
    assert named == replaces


def test_a_refer_without_or_with_two_targets():
    with pytest.raises(RemoteError):
        target(request("REFER"))
    with pytest.raises(RemoteError):
        target(request("REFER", extra=[("Refer-To", "<sip:a@b>"), ("Refer-To", "<sip:c@d>")]))
