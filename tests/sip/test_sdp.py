"""Session descriptions: round trips, what telephones leave out, what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import SDP_MEDIA_MAX, SDP_SIZE_MAX
from ringfence.sip.sdp import Encoding, Media, Origin, SessionDescription

FULL = b"""v=0\r
o=alice 2890844526 2890844527 IN IP4 host.example.com\r
s=a call\r
i=about\r
c=IN IP4 192.0.2.1/127\r
b=AS:64\r
t=0 0\r
a=recvonly\r
a=group:BUNDLE 0\r
m=audio 49170/2 RTP/AVP 0 8 97 101 98 99\r
a=rtpmap:97 iLBC/8000\r
a=rtpmap:101 telephone-event/8000\r
a=rtpmap:98 L16/44100/2\r
a=fmtp:101 0-16\r
a=ptime:20\r
m=video 51372 RTP/AVP 31\r
c=IN IP6 2001:DB8::1\r
a=sendonly\r
"""

MINIMAL = b"v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0"


def test_the_parts_of_a_description():
    description = SessionDescription.parse(FULL)
    assert description.origin == Origin("alice", "2890844526", 2890844527, "host.example.com")
    assert (description.name, description.host) == ("a call", "192.0.2.1")
    audio, video = description.media
    assert (audio.kind, audio.port, audio.protocol) == ("audio", 49170, "RTP/AVP")
    assert audio.formats == ["0", "8", "97", "101", "98", "99"]
    assert audio.attribute("ptime") == "20"
    assert audio.attribute("fmtp") == "101 0-16"
    assert audio.attribute("maxptime") is None
    assert video.attribute("sendonly") == ""
    assert (description.host_of(audio), description.host_of(video)) == ("192.0.2.1", "2001:db8::1")
    assert description.direction_of(audio) == "recvonly"  # from the session
    assert description.direction_of(video) == "sendonly"


def test_formats_are_explained_by_rtpmap_or_by_the_static_table():
    audio = SessionDescription.parse(FULL).media[0]
    assert audio.encodings() == {
        "0": Encoding("PCMU", 8000),
        "8": Encoding("PCMA", 8000),
        "97": Encoding("ILBC", 8000),
        "101": Encoding("TELEPHONE-EVENT", 8000),
        "98": Encoding("L16", 44100, 2),
    }
    odd = Media("audio", 1, "RTP/AVP", ["0"], None, ["rtpmap:0 pcma/8000/1", "rtpmap:x y/8000"])
    assert odd.encodings() == {"0": Encoding("PCMA", 8000)}


def test_the_wire_form_round_trips():
    description = SessionDescription.parse(FULL)
    assert SessionDescription.parse(description.to_bytes()) == description
    text = SessionDescription(
        Origin("-", "7", 1, "2001:db8::5"), "2001:db8::5", [Media("audio", 4000, "RTP/AVP", ["0"])]
    ).to_bytes()
    assert text == (
        b"v=0\r\no=- 7 1 IN IP6 2001:db8::5\r\ns=-\r\nc=IN IP6 2001:db8::5\r\nt=0 0\r\n"
        b"m=audio 4000 RTP/AVP 0\r\n"
    )


def test_line_ends_and_lines_that_telephones_leave_out():
    description = SessionDescription.parse(MINIMAL)
    assert description.media[0].formats == ["0"]
    assert description.direction_of(description.media[0]) == "sendrecv"
    assert description.host_of(description.media[0]) is None
    assert SessionDescription.parse(MINIMAL + b"\r\n\r\n\r\n").media == description.media


def test_a_latin_1_session_name_is_read():
    body = MINIMAL.replace(b"\nm=", b"\ns=J\xf6rg\nm=")
    assert SessionDescription.parse(body).name == "Jörg"


@pytest.mark.parametrize("data", [FULL, MINIMAL])
def test_truncated_at_every_length_it_is_read_or_refused(data):
    for length in range(len(data)):
        try:
            description = SessionDescription.parse(data[:length])
        except RemoteError:
            continue
        assert SessionDescription.parse(description.to_bytes()) == description


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"hello",
            b"v=1\r\n",
            b"o=- 1 1 IN IP4 h\r\nv=0\r\n",
            b"v=0\r\nm=audio 1 RTP/AVP 0\r\n",
        ),
        *(
            MINIMAL + b" \x00",
            MINIMAL + b"\rx\n",
            MINIMAL + b"\nrubbish",
            MINIMAL + b"\nm =video 1 R 2",
        ),
        *(
            MINIMAL + b"\nm=video",
            MINIMAL + b"\nm=video 1 RTP/AVP",
            MINIMAL + b"\nm=video x RTP/AVP 0",
        ),
        *(MINIMAL + b"\nm=video 65536 RTP/AVP 0", MINIMAL + b"\nm=video -1 RTP/AVP 0"),
        *(MINIMAL + b"\nm=video 1/x RTP/AVP 0", MINIMAL + b"\nc=IN IP5 x", MINIMAL + b"\nc=x"),
        *(MINIMAL + b"\no=- 1", MINIMAL + b"\n=x", MINIMAL + b"\n1=x"),
        MINIMAL + b"\nm=audio 1 RTP/AVP 0" * SDP_MEDIA_MAX,
    ],
)
def test_malformed_descriptions_are_refused(body):
    with pytest.raises(RemoteError) as caught:
        SessionDescription.parse(body)
    assert caught.value.hint == 400


def test_the_largest_port_is_a_port():
    body = MINIMAL.replace(b"4000", b"65535")
    assert SessionDescription.parse(body).media[0].port == 65535


def test_a_huge_description_is_refused_unread():
    with pytest.raises(RemoteError) as caught:
        SessionDescription.parse(MINIMAL + b"\na=" + b"x" * SDP_SIZE_MAX)
    assert caught.value.hint == 413


def test_odd_versions_are_read_as_nothing_to_count_with():
    body = MINIMAL.replace(b"o=- 1 1 ", b"o=- 1 x7 ")
    assert SessionDescription.parse(body).origin.version == 0
    body = MINIMAL.replace(b"o=- 1 1 ", b"o=- 1 " + b"9" * 5000 + b" ")
    assert SessionDescription.parse(body).origin.version == 0


@pytest.mark.parametrize("bad", ["x\r\na=y", "x\ny", "x\0"])
def test_no_line_is_injected(bad):
    origin = Origin("-", "1", 1, "192.0.2.1")
    for description in (
        SessionDescription(Origin(bad, "1", 1, "h"), None, []),
        SessionDescription(origin, bad, []),
        SessionDescription(origin, None, [Media(bad, 1, "RTP/AVP", ["0"])]),
        SessionDescription(origin, None, [Media("audio", 1, "RTP/AVP", ["0"], None, [bad])]),
        SessionDescription(origin, None, [], [bad]),
        SessionDescription(origin, None, [], name=bad),
    ):
        with pytest.raises(LocalError):
            description.to_bytes()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_octets_in_it_are_read_or_refused(data):
    at = data.draw(st.integers(0, len(FULL)))
    end = data.draw(st.integers(at, min(at + 30, len(FULL))))
    body = FULL[:at] + data.draw(st.binary(max_size=12)) + FULL[end:]
    try:
        description = SessionDescription.parse(body)
    except RemoteError:
        return
    for medium in description.media:
        medium.encodings()
    assert SessionDescription.parse(description.to_bytes()) == description
