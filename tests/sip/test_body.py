"""Finding SDP in whatever it is wrapped in."""

import pytest
from sip_net import OFFER, reply, request

from ringfence.kernel.errors import RemoteError
from ringfence.sip.body import UnsupportedBody, accepts_sdp, description_of, session_description

ISUP = b"--x\r\nContent-Type: application/isup;version=itu-t92+\r\n\r\n\x01\x02\r\n"


def message(kind, body, *extra):
    asked = request(extra=extra)
    if kind:
        asked.headers.set("Content-Type", kind)
    asked.body = body
    return asked


def test_no_body_is_no_description():
    assert session_description(request()) == b""


@pytest.mark.parametrize("kind", ["application/sdp", "Application/SDP ; charset=utf-8", None])
def test_plain_sdp(kind):
    assert session_description(message(kind, OFFER)) == OFFER


@pytest.mark.parametrize("boundary", ["x", '"x"'])
@pytest.mark.parametrize("first", [b"", b"preamble\r\n"])
def test_the_sdp_among_several_parts(boundary, first):
    body = first + ISUP + b"--x\r\ncontent-type: application/sdp\r\n\r\n" + OFFER + b"\r\n--x--\r\n"
    kind = f"multipart/mixed;boundary={boundary}"
    assert session_description(message(kind, body)) == OFFER


def test_parts_without_sdp_are_no_description():
    assert session_description(message("multipart/mixed;boundary=x", ISUP + b"--x--")) == b""


def test_what_follows_the_last_delimiter_is_nothing():
    body = ISUP + b"--x--\r\n--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x--"
    assert session_description(message("multipart/mixed;boundary=x", body)) == b""


def test_an_unknown_body_is_refused_with_415():
    with pytest.raises(UnsupportedBody) as refused:
        session_description(message("application/x-unheard-of", b"?"))
    assert refused.value.hint == 415
    with pytest.raises(UnsupportedBody):
        session_description(message("application/sdp", OFFER, ("Content-Encoding", "gzip")))


def test_an_unknown_body_that_need_not_be_understood_is_no_description():
    optional = ("Content-Disposition", "render;handling=optional")
    assert session_description(message("text/html", b"<p>", optional)) == b""


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/mixed;boundary="])
def test_parts_without_a_boundary_are_malformed(kind):
    with pytest.raises(RemoteError):
        session_description(message(kind, ISUP))


def test_too_many_parts_are_malformed():
    with pytest.raises(RemoteError):
        session_description(message("multipart/mixed;boundary=x", ISUP * 17))


@pytest.mark.parametrize(
    ("accept", "result"),
    [
        (None, True),
        ("", True),
        ("application/sdp", True),
        ("text/html, Application/SDP;q=0.5", True),
        ("*/*", True),
        ("application/*", True),
        ("text/nothing", False),
    ],
)
def test_whether_the_answer_may_hold_sdp(accept, result):
    extra = [] if accept is None else [("Accept", accept)]
    assert accepts_sdp(request(extra=extra)) is result


def test_a_response_that_cannot_be_read_has_no_description():
    ok = reply(request(), 200, body=OFFER)
    assert description_of(ok) == OFFER
    ok.headers.set("Content-Type", "application/x-unheard-of")
    assert description_of(ok) == b""
