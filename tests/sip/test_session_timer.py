"""Session timers: who refreshes and when it is too late (RFC 4028)."""

import pytest
from sip_net import T0, reply, request

from ringfence.kernel.errors import RemoteError
from ringfence.sip.session_timer import (
    SessionExpires,
    SessionTimer,
    agree,
    agreed_by,
    least_of,
    session_expires,
    too_small,
)


def invite(expires=None, supported="", minimum=None):
    extra = []
    if expires:
        extra.append(("Session-Expires", expires))
    if supported:
        extra.append(("Supported", supported))
    if minimum:
        extra.append(("Min-SE", minimum))
    return request(extra=extra)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1800", SessionExpires(1800)),
        ("1800;refresher=uas", SessionExpires(1800, "uas")),
        ("4000 ; refresher=UAC;x=y", SessionExpires(4000, "uac")),
    ],
)
def test_the_header_is_read(text, read):
    assert SessionExpires.parse(text) == read
    assert SessionExpires.parse(str(read)) == read
    assert session_expires(invite(text)) == read
    assert session_expires(request(extra=[("x", text)])) == read  # its compact form


@pytest.mark.parametrize("text", ["", "x", "1800;refresher=me", "-1"])
def test_a_broken_header_is_refused_in_a_request_and_ignored_in_a_response(text):
    with pytest.raises(RemoteError):
        SessionExpires.parse(text)
    assert agreed_by(reply(request(), 200, extra=[("Session-Expires", text)])) is None


@pytest.mark.parametrize(
    ("expires", "supported", "agreed"),
    [
        # Table 2 of section 9
        (None, "", None),
        ("1800", "", SessionExpires(1800, "uas")),
        ("1800;refresher=uas", "timer", SessionExpires(1800, "uas")),
        ("1800;refresher=uac", "timer", SessionExpires(1800, "uac")),
        ("1800", "timer", SessionExpires(1800, "uac")),
        (None, "timer, 100rel", SessionExpires(1800, "uac")),
    ],
)
def test_what_our_2xx_says(expires, supported, agreed):
    assert agree(invite(expires, supported)) == agreed


def test_a_caller_that_wants_longer_intervals_gets_them():
    assert agree(invite(None, "timer", "3600")) == SessionExpires(3600, "uac")


def test_an_interval_below_90_seconds_is_too_small():
    assert too_small(invite("89"))
    assert not too_small(invite("90"))
    assert not too_small(invite())


@pytest.mark.parametrize(("text", "least"), [("300", 300), ("10", 90), ("x", 90), (None, 90)])
def test_what_a_422_insists_on(text, least):
    refusal = reply(request(), 422, extra=[("Min-SE", text)] if text else [])
    assert least_of(refusal) == least


def test_the_refresher_refreshes_at_half_time_and_hangs_up_before_the_end():
    timer = SessionTimer()
    timer.set(SessionExpires(1800, "uac"), side="uac", now=T0)
    assert timer.deadline() == T0 + 900_000
    assert timer.fire(T0 + 899_999) is None
    assert timer.fire(T0 + 900_000) == "refresh"
    assert timer.fire(T0 + 900_000) is None
    assert timer.deadline() == T0 + 1_768_000
    assert timer.fire(T0 + 1_768_000) == "expired"
    assert timer.deadline() is None


def test_the_other_side_only_waits():
    timer = SessionTimer()
    timer.set(SessionExpires(90, "uas"), side="uac", now=T0)
    assert timer.deadline() == T0 + 60_000  # min(32 s, a third) before the end
    assert timer.fire(T0 + 60_000) == "expired"


def test_the_roles_change_sides_with_the_request():
    timer = SessionTimer()
    timer.set(SessionExpires(1800, "uas"), side="uas", now=T0)
    assert timer.ours
    assert timer.offer() == SessionExpires(1800, "uac")  # in our request we are the uac
    timer.set(SessionExpires(1800, "uac"), side="uas", now=T0)
    assert timer.offer() == SessionExpires(1800, "uas")


def test_a_missing_refresher_means_the_one_who_asked():
    timer = SessionTimer()
    timer.set(SessionExpires(1800), side="uac", now=T0)
    assert timer.ours


def test_a_refresh_starts_the_interval_anew():
    timer = SessionTimer()
    timer.set(SessionExpires(1800, "uac"), side="uac", now=T0)
    timer.set(SessionExpires(1800, "uac"), side="uac", now=T0 + 900_000)
    assert timer.deadline() == T0 + 1_800_000


def test_no_agreement_no_timer():
    timer = SessionTimer()
    timer.set(SessionExpires(1800, "uac"), side="uac", now=T0)
    timer.set(None, side="uac", now=T0 + 5)
    assert timer.deadline() is None
    assert timer.offer() is None
    assert timer.fire(T0 + 10**9) is None
