"""Messages: typed access, the answer to a request, and what may never leave."""

import pytest

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.sip.headers import CSeq, Headers, NameAddr
from ringfence.sip.message import REASONS, Request, Response, response_to
from ringfence.sip.parser import parse
from ringfence.sip.uri import Uri

URI = Uri.parse("sip:+12025550123@example.com")
HEADERS = (
    ("Via", "SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1, SIP/2.0/TCP p.example.com"),
    ("Via", "SIP/2.0/UDP 192.0.2.7"),
    ("From", '"Alice" <sip:alice@example.com>;tag=f1'),
    ("To", "sip:+12025550123@example.com"),
    ("Call-ID", "c1"),
    ("CSeq", "7 INVITE"),
    ("Record-Route", "<sip:p.example.com;lr>"),
    ("Timestamp", "54.2"),
    ("Contact", "<sip:alice@192.0.2.1>"),
)


def invite(extra=(), body=b""):
    return Request("INVITE", URI, [*HEADERS, *extra], body)


def test_typed_values_are_read_once_and_remembered():
    request = invite(
        [
            *(("Max-Forwards", "70"), ("Expires", "60"), ("Route", "<sip:a;lr>,<sip:b;lr>")),
            *(
                ("c", "Application/SDP ; charset=utf-8"),
                ("k", "100rel,Timer"),
                ("Allow", "INVITE, BYE"),
            ),
            *(("Require", "x"), ("Refer-To", "<sip:b@c>")),
        ]
    )
    assert (request.via.host, len(request.vias)) == ("192.0.2.1", 3)
    assert (request.from_.display, request.from_tag) == ("Alice", "f1")
    assert (request.to.uri, request.to_tag) == (URI, None)
    assert (request.call_id, request.cseq) == ("c1", CSeq(7, "INVITE"))
    assert request.contact == request.contacts[0]
    assert [str(route.uri) for route in request.routes] == ["sip:a;lr", "sip:b;lr"]
    assert len(request.record_routes) == 1
    assert (request.max_forwards, request.expires) == (70, 60)
    assert request.content_type == "application/sdp"
    assert request.supported == {"100rel", "timer"}
    assert (request.allow, request.require) == ({"invite", "bye"}, {"x"})
    assert str(request.refer_to.uri) == "sip:b@c"
    assert request.from_ is request.from_
    assert request.vias is request.vias


def test_a_change_of_a_header_is_seen_by_its_typed_value():
    request = invite()
    assert request.from_tag == "f1"
    request.headers.set("From", "<sip:bob@example.com>;tag=f2")
    assert request.from_tag == "f2"
    request.headers.remove("Contact")
    assert request.contacts == ()
    assert request.contact is None


def test_what_is_not_there_is_none_or_an_error():
    message = Request("OPTIONS", URI)
    assert (message.max_forwards, message.expires, message.content_type) == (None, None, None)
    assert message.routes == message.contacts == message.vias == ()
    assert message.refer_to is None
    for name in ("via", "from_", "to", "from_tag", "to_tag", "call_id", "cseq"):
        with pytest.raises(RemoteError):
            getattr(message, name)


def test_a_malformed_header_is_an_error_each_time_it_is_asked_for():
    message = Request(
        "REGISTER", URI, [("Contact", "sip:a@b?x=y"), ("Expires", "soon"), ("c", "sdp")]
    )
    for _ in range(2):
        for name in ("contacts", "expires", "content_type"):
            with pytest.raises(RemoteError):
                getattr(message, name)


def test_two_refer_to_headers_are_refused():
    message = Request("REFER", URI, [("Refer-To", "<sip:a@b>"), ("r", "<sip:c@d>")])
    with pytest.raises(RemoteError):
        _ = message.refer_to


def test_a_star_is_no_contact():
    message = Request("REGISTER", URI, [("m", "*")])
    assert message.contact_star
    assert message.contacts == ()
    assert not invite().contact_star


def test_the_wire_form_counts_its_body_and_reads_back():
    request = invite([("X-Own", "a"), ("Content-Length", "999")], "ü".encode())
    data = request.to_bytes()
    assert data.startswith(b"INVITE sip:+12025550123@example.com SIP/2.0\r\nVia: ")
    assert data.endswith(b"X-Own: a\r\nContent-Length: 2\r\n\r\n\xc3\xbc")
    again = parse(data)
    assert again.to_bytes() == data.replace(b"999", b"2")
    assert (again.method, again.uri, again.body) == ("INVITE", URI, "ü".encode())
    assert list(again.headers) == [item for item in request.headers if item[0] != "Content-Length"]


def test_a_response_names_its_status():
    assert Response(180).to_bytes() == b"SIP/2.0 180 Ringing\r\nContent-Length: 0\r\n\r\n"
    assert Response(299).to_bytes().startswith(b"SIP/2.0 299 \r\n")
    assert Response(486, "Besetzt").reason == "Besetzt"
    assert all(100 <= status <= 699 for status in REASONS)
    for status, reason in (
        *((407, "Proxy Authentication Required"), (430, "Flow Failed"), (486, "Busy Here")),
        *((487, "Request Terminated"), (488, "Not Acceptable Here"), (491, "Request Pending")),
        *((503, "Service Unavailable"), (504, "Server Time-out"), (603, "Decline")),
    ):
        assert Response(status).reason == reason


def test_hops_are_counted_in_one_octet():
    for text, hops in (("0", 0), ("0068", 68), ("255", 255), ("0000000255", 255)):
        assert Request("OPTIONS", URI, [("Max-Forwards", text)]).max_forwards == hops
    for text in ("256", "-1", "", "x", "1.5", "0" * 11, "٣"):
        with pytest.raises(RemoteError):
            _ = Request("OPTIONS", URI, [("Max-Forwards", text)]).max_forwards


@pytest.mark.parametrize(
    "message",
    [
        Response(200, "OK\r\nVia: x"),
        Request("INVITE\r\nVia: x", URI),
        Request("INVITE", Uri("sip", "a", "example.com\r\nVia: x")),
        Request("INVITE", Uri("sip", "a", "h", params={"p": "x\r\ny"})),
    ],
)
def test_a_start_line_with_a_line_end_never_leaves(message):
    with pytest.raises(LocalError):
        message.to_bytes()


def test_an_answer_repeats_what_the_request_said():
    request = invite()
    response = response_to(
        request, 180, to_tag="t1", headers=[("Contact", "<sip:us@h>")], body=b"x"
    )
    assert response.headers.all("Via") == request.headers.all("Via")
    assert response.headers.get("From") == HEADERS[2][1]
    assert response.headers.get("To") == "sip:+12025550123@example.com;tag=t1"
    assert (response.call_id, response.cseq) == ("c1", CSeq(7, "INVITE"))
    assert response.headers.all("Record-Route") == ["<sip:p.example.com;lr>"]
    assert response.to_tag == "t1"
    assert response.contact.uri.host == "h"
    assert (response.reason, response.body) == ("Ringing", b"x")
    assert "Timestamp" not in response.headers
    assert request.headers.get("To") == "sip:+12025550123@example.com"


def test_only_trying_carries_the_timestamp_and_only_dialog_makers_the_route():
    assert response_to(invite(), 100).headers.get("Timestamp") == "54.2"
    assert "Record-Route" not in response_to(invite(), 100).headers
    assert "Record-Route" not in response_to(invite(), 486).headers
    bye = Request("BYE", URI, HEADERS)
    assert "Record-Route" not in response_to(bye, 200).headers


def test_a_tag_that_is_there_stays():
    request = invite()
    request.headers.set("To", "<sip:x@y>;tag=old")
    assert response_to(request, 200, to_tag="new").to_tag == "old"
    with pytest.raises(LocalError):
        response_to(invite(), 200, to_tag="a\r\nb")
    with pytest.raises(LocalError):
        response_to(invite(), 200, headers=[("A", "a\r\nb")])


@pytest.mark.parametrize("to", ["<sip:a@b>;tag", "<sip:a@b>;tag="])
def test_a_tag_without_a_value_gets_none_beside_it(to):
    request = invite()
    request.headers.set("To", to)
    answer = parse(response_to(request, 400, to_tag="ours").to_bytes())
    assert answer.headers.get("To") == to


def test_where_a_request_came_from_is_noted_in_its_first_via():
    request = invite()
    request.received_from("198.51.100.9", 5099)
    assert request.headers.all("Via") == [
        "SIP/2.0/UDP 192.0.2.1:5060;rport=5099;branch=z9hG4bK1;received=198.51.100.9",
        "SIP/2.0/TCP p.example.com",
        "SIP/2.0/UDP 192.0.2.7",
    ]
    assert (request.via.rport, request.via.received) == (5099, "198.51.100.9")
    assert len(request.vias) == 3
    assert request.vias == tuple(parse(request.to_bytes()).vias)


def test_a_control_that_may_stand_in_a_via_goes_back_as_it_came():
    """A quoted string may hold one behind a backslash (RFC 3261 25.1)."""
    via = 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;x="\\\x07"'
    text = invite().to_bytes().decode().replace("Via: ", f"Via: {via}\r\nVia: ", 1)
    request = parse(text.encode())
    request.received_from("198.51.100.9", 5099)
    answer = parse(response_to(request, 200, to_tag="t").to_bytes())
    assert answer.headers.all("Via")[0] == f"{via};received=198.51.100.9"


def test_received_is_left_out_where_it_says_nothing_new():
    request = Request("OPTIONS", URI, [("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1")])
    request.received_from("192.0.2.1", 5060)
    assert request.headers.get("Via") == "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"
    request.received_from("2001:db8::1", 5060)
    assert request.headers.get("Via").endswith(";received=2001:db8::1")


def test_a_printed_message_shows_its_kind_only():
    assert repr(invite()) == "Request(INVITE)"
    assert repr(Response(200)) == "Response(200)"


def test_headers_given_as_such_are_taken_over():
    headers = Headers([("From", str(NameAddr("", URI)))])
    assert Request("BYE", URI, headers).headers is headers
