"""RFC 3264: what two ends agree on, and what is refused politely."""

from pathlib import Path

import pytest

from ringfence.sip.offer_answer import (
    Agreement,
    Local,
    NotAcceptable,
    conclude,
    make_offer,
    negotiate,
)
from ringfence.sip.parser import parse
from ringfence.sip.sdp import SessionDescription

VECTORS = Path(__file__).parent.parent / "vectors" / "sip"
LOCAL = Local(host="192.0.2.50", port=16384, session=7)


def offer(*media, head="c=IN IP4 192.0.2.1\n"):
    text = f"v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\n{head}t=0 0\n" + "\n".join(media) + "\n"
    return SessionDescription.parse(text.replace("\n", "\r\n").encode())


def lines(description):
    return description.to_bytes().decode().split("\r\n")


def test_a_plain_answer_to_the_letter():
    agreement = negotiate(
        offer(
            "m=audio 49170 RTP/AVP 8 0 18 96",
            "a=rtpmap:96 telephone-event/8000",
            "a=fmtp:96 0-16",
            "a=ptime:30",
        ),
        LOCAL,
    )
    assert lines(agreement.local) == [
        *("v=0", "o=- 7 1 IN IP4 192.0.2.50", "s=-", "c=IN IP4 192.0.2.50", "t=0 0"),
        *("m=audio 16384 RTP/AVP 8 96", "a=rtpmap:8 PCMA/8000"),
        *("a=rtpmap:96 telephone-event/8000", "a=fmtp:96 0-15", "a=ptime:30", "a=sendrecv", ""),
    ]
    audio = agreement.audio
    assert (audio.index, audio.host, audio.port, audio.rtcp_port) == (0, "192.0.2.1", 49170, 49171)
    assert (audio.codec, audio.payload_type, audio.dtmf_payload_type) == ("PCMA", 8, 96)
    assert (audio.ptime, audio.direction, audio.held) == (30, "sendrecv", False)


@pytest.mark.parametrize(
    ("formats", "maps", "codec", "payload_type"),
    [
        ("0 8 9", (), "PCMU", 0),
        ("9 0", (), "G722", 9),
        ("18 3 8", (), "PCMA", 8),
        ("112 0", ("a=rtpmap:112 g722/8000/1",), "G722", 112),
        ("111 0", ("a=rtpmap:111 opus/48000/2",), "PCMU", 0),
        ("96 8", ("a=rtpmap:96 PCMU/16000",), "PCMA", 8),
        ("300 8", ("a=rtpmap:300 PCMU/8000",), "PCMA", 8),
    ],
)
def test_their_first_codec_that_we_have_is_taken(formats, maps, codec, payload_type):
    audio = negotiate(offer(f"m=audio 4000 RTP/AVP {formats}", *maps), LOCAL).audio
    assert (audio.codec, audio.payload_type) == (codec, payload_type)
    assert audio.dtmf_payload_type is None


def test_only_the_codecs_we_name_are_taken():
    local = Local(host="192.0.2.50", port=16384, session=7, codecs=("PCMA",), dtmf=False)
    agreement = negotiate(
        offer("m=audio 4000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000"), local
    )
    assert agreement.audio.codec == "PCMA"
    assert agreement.audio.dtmf_payload_type is None
    assert agreement.local.media[0].formats == ["8"]


def test_telephone_events_of_another_clock_are_not_taken():
    audio = negotiate(
        offer(
            "m=audio 4000 RTP/AVP 0 110 126",
            "a=rtpmap:110 telephone-event/48000",
            "a=rtpmap:126 Telephone-Event/8000",
        ),
        LOCAL,
    ).audio
    assert audio.dtmf_payload_type == 126


@pytest.mark.parametrize(
    ("media", "warning"),
    [
        (("m=audio 4000 RTP/AVP 18 3",), 305),
        (("m=video 4000 RTP/AVP 31",), 304),
        (("m=audio 4000 RTP/SAVP 0",), 302),
        (("m=audio 4000 UDP/TLS/RTP/SAVPF 0",), 302),
        (("m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::1"), 300),
        (("m=audio 4000 RTP/AVP 0", "c=IN IP4 224.2.1.1/127"), 330),
        (("m=audio 4000 RTP/AVP 18", "m=video 4000 RTP/AVP 31"), 305),
    ],
)
def test_nothing_in_common_is_not_acceptable(media, warning):
    outcome = negotiate(offer(*media), LOCAL)
    assert isinstance(outcome, NotAcceptable)
    assert (outcome.status, outcome.warning) == (488, warning)


def test_ipv6_speaks_with_ipv6_only_and_with_one_end():
    local = Local(host="2001:db8::50", port=16384, session=7)
    agreement = negotiate(offer("m=audio 4000 RTP/AVP 0", head="c=IN IP6 2001:db8::1\n"), local)
    assert agreement.audio.host == "2001:db8::1"
    assert "c=IN IP6 2001:db8::50" in lines(agreement.local)
    outcome = negotiate(offer("m=audio 4000 RTP/AVP 0", head="c=IN IP6 FF02::1\n"), local)
    assert outcome.warning == 330
    assert negotiate(offer("m=audio 4000 RTP/AVP 0"), local).warning == 300


def test_no_address_at_all_is_not_acceptable():
    assert isinstance(negotiate(offer("m=audio 4000 RTP/AVP 0", head=""), LOCAL), NotAcceptable)


def test_every_other_medium_is_refused_in_its_place():
    agreement = negotiate(
        offer(
            *("m=video 5000 RTP/AVP 31 34", "a=rtpmap:31 H261/90000"),
            *("m=audio 5002 RTP/SAVP 0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x"),
            *("m=audio 5004 RTP/AVP 0", "m=audio 5006 RTP/AVP 8", "m=application 9 TCP/BFCP *"),
        ),
        LOCAL,
    )
    assert [line for line in lines(agreement.local) if line.startswith("m=")] == [
        *("m=video 0 RTP/AVP 31", "m=audio 0 RTP/SAVP 0", "m=audio 16384 RTP/AVP 0"),
        *("m=audio 0 RTP/AVP 8", "m=application 0 TCP/BFCP *"),
    ]
    assert (agreement.audio.index, agreement.audio.port) == (2, 5004)


def test_ice_dtls_and_feedback_are_declined_by_silence():
    agreement = negotiate(
        offer(
            *("a=ice-ufrag:x", "a=ice-pwd:y", "a=fingerprint:sha-256 AA:BB", "a=group:BUNDLE 0"),
            *("m=audio 4000 RTP/AVPF 0", "a=candidate:1 1 UDP 1 192.0.2.9 4000 typ host"),
            *("a=rtcp-mux", "a=rtcp:5001 IN IP4 192.0.2.1", "a=setup:actpass", "a=mid:0"),
        ),
        LOCAL,
    )
    text = agreement.local.to_bytes().decode()
    for word in ("ice", "candidate", "fingerprint", "setup", "mux", "BUNDLE", "mid"):
        assert word not in text
    assert "m=audio 16384 RTP/AVPF 0" in text
    assert agreement.audio.rtcp_port == 5001


@pytest.mark.parametrize(
    ("theirs", "wish", "ours", "held"),
    [
        ("sendrecv", "sendrecv", "sendrecv", False),
        ("sendonly", "sendrecv", "recvonly", True),
        ("recvonly", "sendrecv", "sendonly", False),
        ("inactive", "sendrecv", "inactive", True),
        ("sendrecv", "sendonly", "sendonly", False),
        ("sendonly", "sendonly", "inactive", True),
        ("recvonly", "inactive", "inactive", False),
        ("sendrecv", "recvonly", "recvonly", False),
    ],
)
def test_directions_are_mirrored_and_narrowed(theirs, wish, ours, held):
    agreement = negotiate(offer("m=audio 4000 RTP/AVP 0", f"a={theirs}"), LOCAL, direction=wish)
    assert (agreement.audio.direction, agreement.audio.held) == (ours, held)
    assert f"a={ours}" in lines(agreement.local)
    by_session = offer("m=audio 4000 RTP/AVP 0", head=f"c=IN IP4 192.0.2.1\na={theirs}\n")
    assert negotiate(by_session, LOCAL, direction=wish).audio.direction == ours


def test_the_null_address_of_old_telephones_is_a_hold():
    for head in ("c=IN IP4 0.0.0.0\n", "c=IN IP6 ::\n"):
        agreement = negotiate(offer("m=audio 4000 RTP/AVP 0", head=head), LOCAL)
        assert (agreement.audio.direction, agreement.audio.held) == ("recvonly", True)


def test_a_port_of_zero_ends_the_audio_but_not_the_session():
    agreement = negotiate(offer("m=audio 0 RTP/AVP 0"), LOCAL)
    assert isinstance(agreement, Agreement)
    assert agreement.audio is None
    assert "m=audio 0 RTP/AVP 0" in lines(agreement.local)
    assert negotiate(offer(), LOCAL).audio is None


@pytest.mark.parametrize(
    ("attributes", "ptime"),
    [
        ((), 20),
        (("a=ptime:10",), 10),
        (("a=ptime:40",), 40),
        (("a=ptime:25",), 20),
        (("a=ptime:x",), 20),
        (("a=ptime:60", "a=maxptime:30"), 30),
        (("a=maxptime:240",), 20),
    ],
)
def test_packet_times(attributes, ptime):
    assert negotiate(offer("m=audio 4000 RTP/AVP 0", *attributes), LOCAL).audio.ptime == ptime


@pytest.mark.parametrize(
    ("port", "attributes", "rtcp"),
    [
        (4000, (), 4001),
        (65535, (), 65535),
        (4000, ("a=rtcp:65535",), 65535),
        (4000, ("a=rtcp:1 IN IP4 192.0.2.1",), 1),
        (4000, ("a=rtcp:0",), 4001),
        (4000, ("a=rtcp:65536",), 4001),
        (4000, ("a=rtcp:x",), 4001),
    ],
)
def test_where_rtcp_goes(port, attributes, rtcp):
    audio = negotiate(offer(f"m=audio {port} RTP/AVP 0", *attributes), LOCAL).audio
    assert audio.rtcp_port == rtcp


def test_the_version_counts_changes_only():
    first = negotiate(offer("m=audio 4000 RTP/AVP 0"), LOCAL)
    same = negotiate(offer("m=audio 4000 RTP/AVP 0"), LOCAL, previous=first.local)
    assert same.local == first.local
    hold = negotiate(offer("m=audio 4000 RTP/AVP 0", "a=sendonly"), LOCAL, previous=same.local)
    assert (hold.local.origin.session, hold.local.origin.version) == ("7", 2)


def test_an_offer_to_the_letter():
    assert lines(make_offer(LOCAL)) == [
        *("v=0", "o=- 7 1 IN IP4 192.0.2.50", "s=-", "c=IN IP4 192.0.2.50", "t=0 0"),
        *("m=audio 16384 RTP/AVP 0 8 9 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000"),
        *("a=rtpmap:9 G722/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"),
        *("a=ptime:20", "a=sendrecv", ""),
    ]
    bare = make_offer(Local(host="2001:db8::1", port=4, session=1, codecs=("G722",), dtmf=False))
    assert "m=audio 4 RTP/AVP 9" in lines(bare)


def test_the_answer_to_our_offer_is_read():
    sent = make_offer(LOCAL)
    agreement = conclude(
        sent,
        offer("m=audio 4000 RTP/AVP 8 97", "a=rtpmap:97 telephone-event/8000", "a=recvonly"),
        LOCAL,
    )
    assert (agreement.audio.codec, agreement.audio.dtmf_payload_type) == ("PCMA", 97)
    assert agreement.audio.event_payload_type == 101  # RFC 3264 5.1: as we have offered
    assert agreement.audio.direction == "sendonly"
    assert agreement.local is sent


def test_answers_that_answer_nothing():
    sent = make_offer(LOCAL)
    assert isinstance(conclude(sent, offer(), LOCAL), NotAcceptable)
    assert isinstance(conclude(sent, offer("m=audio 4000 RTP/AVP 18"), LOCAL), NotAcceptable)
    assert isinstance(conclude(sent, offer("m=audio 4000 RTP/SAVP 0"), LOCAL), NotAcceptable)
    assert conclude(sent, offer("m=audio 0 RTP/AVP 0"), LOCAL).audio is None


def test_we_never_send_more_than_we_offered():
    held = make_offer(LOCAL, direction="sendonly")
    agreement = conclude(held, offer("m=audio 4000 RTP/AVP 0", "a=sendrecv"), LOCAL)
    assert agreement.audio.direction == "sendonly"


def test_a_further_offer_keeps_places_codec_and_payload_types():
    first = negotiate(
        offer(
            *("m=video 5000 RTP/AVP 31", "m=audio 5002 RTP/SAVP 0"),
            *("m=audio 5004 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000"),
        ),
        LOCAL,
    )
    again = make_offer(LOCAL, previous=first.local, direction="sendonly")
    assert [line for line in lines(again) if line.startswith(("m=", "o="))] == [
        "o=- 7 2 IN IP4 192.0.2.50",
        "m=video 0 RTP/AVP 31",
        "m=audio 0 RTP/SAVP 0",
        "m=audio 16384 RTP/AVP 8 0 9 96",
    ]
    assert "a=sendonly" in lines(again)


def test_an_offer_into_a_session_without_audio_adds_it_or_revives_it():
    none = negotiate(offer(), LOCAL)
    assert [m.port for m in make_offer(LOCAL, previous=none.local).media] == [16384]
    dead = negotiate(offer("m=audio 0 RTP/AVP 0", "m=image 0 udptl t38"), LOCAL)
    assert [m.port for m in make_offer(LOCAL, previous=dead.local).media] == [16384, 0]


@pytest.mark.parametrize(
    ("corpus", "name"),
    [
        ("rfc4475", "wsinv"),
        ("rfc4475", "sdp01"),
        ("rfc4475", "inv2543"),
        ("rfc5118", "mult-ip-in-sdp"),
    ],
)
def test_the_descriptions_of_the_torture_corpora(corpus, name):
    body = parse((VECTORS / corpus / f"{name}.dat").read_bytes()).body
    agreement = negotiate(SessionDescription.parse(body), LOCAL)
    assert agreement.audio.codec == "PCMU"
    assert [medium.port for medium in agreement.local.media][1:] in ([], [0])
