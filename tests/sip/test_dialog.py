"""Dialogs: identity, numbers, route set, remote target, and where requests go (RFC 3261 12)."""

import pytest
from sip_net import reply, request, uri

from ringfence.kernel.errors import RemoteError
from ringfence.sip.dialog import Dialog, hidden, hop, is_literal
from ringfence.sip.events import Peer

PEER = Peer("udp", "192.0.2.1", 5060, 1)
ROUTES = [("Record-Route", "<sip:p1.example.com;lr>"), ("Record-Route", "<sip:p2.example.com;lr>")]


def server(peer=PEER, **kwargs):
    return Dialog.as_server(request(**kwargs), "z9", peer)


def client(peer=PEER, extra=(), contact="<sip:bob@192.0.2.1:5070>", target="sip:bob@192.0.2.1"):
    asked = request(target=target, number=4)
    return Dialog.as_client(asked, reply(asked, 180, contact=contact, extra=extra), peer)


def test_the_server_side():
    dialog = server(number=9)
    assert dialog.call_id == "call-1"
    assert (dialog.local_tag, dialog.remote_tag) == ("z9", "a1")
    assert dialog.local == "<sip:echo@192.0.2.9>;tag=z9"
    assert dialog.remote == "<sip:alice@192.0.2.1>;tag=a1"
    assert str(dialog.target) == "sip:alice@192.0.2.1"
    assert dialog.remote_seq == 9
    assert dialog.local_seq == 0


def test_the_client_side():
    dialog = client()
    assert (dialog.local_tag, dialog.remote_tag) == ("a1", "b1")
    assert str(dialog.target) == "sip:bob@192.0.2.1:5070"
    assert dialog.local_seq == 4
    assert dialog.remote_seq is None


def test_the_route_set_is_reversed_for_the_client():
    assert [hop.uri.host for hop in server(extra=ROUTES).route] == [
        "p1.example.com",
        "p2.example.com",
    ]
    assert [hop.uri.host for hop in client(extra=ROUTES).route] == [
        "p2.example.com",
        "p1.example.com",
    ]


def test_a_request_in_the_dialog():
    """12.2.1.1"""
    dialog = client()
    bye = dialog.request("BYE", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1")
    assert str(bye.uri) == "sip:bob@192.0.2.1:5070"
    assert bye.headers.get("From") == dialog.local
    assert bye.headers.get("To") == dialog.remote
    assert bye.cseq == (5, "BYE")
    assert bye.max_forwards == 70
    assert dialog.request("INFO", "x").cseq.number == 6


def test_an_ack_has_the_number_of_its_invite():
    dialog = client()
    assert dialog.request("ACK", "x", number=4).cseq == (4, "ACK")
    assert dialog.local_seq == 4


def test_a_loose_route_stays_out_of_the_request_uri():
    bye = server(extra=ROUTES).request("BYE", "x")
    assert str(bye.uri) == "sip:alice@192.0.2.1"
    assert bye.headers.all("Route") == ["<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"]


def test_a_strict_route_goes_into_the_request_uri():
    strict = [("Record-Route", "<sip:p1.example.com>"), ("Record-Route", "<sip:p2.example.com;lr>")]
    bye = server(extra=strict).request("BYE", "x")
    assert str(bye.uri) == "sip:p1.example.com"
    assert bye.headers.all("Route") == ["<sip:p2.example.com;lr>", "<sip:alice@192.0.2.1>"]


def test_an_older_request_is_out_of_order():
    dialog = server(number=9)
    assert dialog.follows(request("INFO", number=10))
    assert not dialog.follows(request("INFO", number=9))
    assert dialog.follows(request("INFO", number=12))  # gaps are nobody's fault
    assert client().follows(request("INFO", number=0))


def test_a_target_refresh():
    dialog = server()
    dialog.refresh(request(contact="<sip:alice@192.0.2.1:5090>"), PEER)
    assert str(dialog.target) == "sip:alice@192.0.2.1:5090"
    assert dialog.peer.port == 5090
    dialog.refresh(request(contact=None), PEER)
    assert dialog.peer.port == 5090


def test_the_2xx_fixes_route_set_and_target():
    dialog = client()
    asked = request(number=4)
    dialog.confirm(reply(asked, 200, contact="<sip:bob@192.0.2.7>", extra=ROUTES), PEER)
    assert str(dialog.target) == "sip:bob@192.0.2.7"
    assert dialog.route[0].uri.host == "p2.example.com"


def test_a_dialog_needs_a_sip_contact():
    for contact in (None, "<mailto:a@example.com>"):
        with pytest.raises(RemoteError):
            server(contact=contact)


def test_a_client_older_than_rfc_3261_is_reached_by_its_from():
    dialog = server(contact=None, from_="<sip:alice@192.0.2.1>")
    assert str(dialog.target) == "sip:alice@192.0.2.1"
    assert dialog.remote_tag == ""


@pytest.mark.parametrize("contact", [None, "<mailto:a@example.com>", "<sip:a@b", "<sip:>"])
def test_a_broken_contact_in_a_response_does_not_stop_us(contact):
    dialog = client(contact=contact)
    assert str(dialog.target) == "sip:bob@192.0.2.1"


def test_a_broken_record_route_in_a_response_does_not_stop_us():
    assert client(extra=[("Record-Route", "<sip:>")]).route == ()


# -- where the next request goes -----------------------------------------------------------------


def test_requests_go_to_the_contact():
    assert server(contact="<sip:alice@192.0.2.7:5080>").peer == Peer("udp", "192.0.2.7", 5080, 1)
    assert client(contact="<sip:bob@192.0.2.7>").peer == Peer("udp", "192.0.2.7", 5060, 1)


def test_requests_go_to_the_first_route():
    routes = [("Record-Route", "<sip:192.0.2.50:5066;lr>")]
    assert server(extra=routes).peer == Peer("udp", "192.0.2.50", 5066, 1)


def test_a_name_stays_with_whom_we_heard_from():
    assert server(contact="<sip:alice@pbx.example.com>").peer == PEER
    assert server(extra=ROUTES).peer == PEER


def test_a_contact_may_ask_for_another_transport():
    assert server(contact="<sip:a@192.0.2.1;transport=tcp>").peer == Peer("tcp", "192.0.2.1", 5060)
    assert server(contact="<sips:a@192.0.2.1>").peer == Peer("tls", "192.0.2.1", 5061)


def test_a_connection_is_reused():
    flow = Peer("tls", "192.0.2.1", 40_001, 17)
    assert server(flow, contact="<sip:alice@192.0.2.7:5061;transport=tls>").peer == flow


def test_a_telephone_behind_an_address_translator_is_reached_where_it_was_heard():
    outside = Peer("udp", "203.0.113.9", 31_044, 1)
    via = "SIP/2.0/UDP 192.168.1.5:5060;branch=z9hG4bK2;rport"
    dialog = server(outside, via=via, contact="<sip:alice@192.168.1.5>")
    assert dialog.peer == outside
    moved = outside._replace(port=31_099)
    dialog.refresh(request(contact="<sip:alice@192.168.1.5>"), moved)
    assert dialog.peer == moved


def test_a_called_telephone_is_reached_where_it_was_called():
    outside = Peer("udp", "203.0.113.9", 31_044, 1)
    dialog = client(outside, contact="<sip:desk@10.0.0.7>", target="sip:desk@10.0.0.7")
    assert dialog.peer == outside
    assert client(outside, contact="<sip:desk@192.168.0.2>").peer == outside


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "::1"])
def test_address_literals(host):
    assert is_literal(host)


@pytest.mark.parametrize("host", ["example.com", "a1", "pbx", "dead.beef"])
def test_names(host):
    assert not is_literal(host)


@pytest.mark.parametrize(
    ("contact", "outside", "result"),
    [
        ("10.1.2.3", "203.0.113.9", True),
        ("172.16.0.1", "203.0.113.9", True),
        ("172.32.0.1", "203.0.113.9", False),
        ("100.64.0.1", "203.0.113.9", True),
        ("192.168.0.1", "10.0.0.1", False),
        ("fd00::1", "2001:db8::1", True),
        ("203.0.113.8", "203.0.113.9", False),
    ],
)
def test_who_is_hidden(contact, outside, result):
    text = f"[{contact}]" if ":" in contact else contact
    assert hidden(uri(f"sip:a@{text}"), Peer("udp", outside, 5060)) is result


def test_hop_keeps_the_socket_for_the_same_transport():
    assert hop(uri("sip:192.0.2.4"), PEER).flow == 1
    assert hop(uri("sip:192.0.2.4;transport=tcp"), PEER).flow == 0


# -- when a connection is gone -------------------------------------------------------------------

FLOW = Peer("tcp", "192.0.2.1", 40_001, 17)


def test_somebody_with_an_address_is_connected_to_anew():
    dialog = server(FLOW, contact="<sip:alice@192.0.2.1:5070;transport=tcp>")
    assert dialog.survives(99)
    assert dialog.peer == FLOW
    assert dialog.survives(17)
    assert dialog.peer == Peer("tcp", "192.0.2.1", 5070)


@pytest.mark.parametrize(
    ("peer", "contact"),
    [
        (FLOW._replace(transport="ws"), "<sip:alice@192.0.2.1;transport=ws>"),
        (FLOW, "<sip:alice@pbx.invalid;transport=tcp>"),
        (FLOW._replace(host="203.0.113.9"), "<sip:alice@10.0.0.7;transport=tcp>"),
    ],
)
def test_somebody_without_one_is_gone(peer, contact):
    assert not server(peer, contact=contact).survives(17)


def test_udp_has_no_connections_to_lose():
    assert server().survives(1)


def test_the_2xx_says_whom_we_talk_to():
    dialog = client()
    ok = reply(request(number=4), 200)
    ok.headers.set("To", '"Bob" <sip:echo@192.0.2.9>;tag=b1')
    dialog.confirm(ok, PEER)
    assert dialog.request("BYE", "x").headers.get("To") == '"Bob" <sip:echo@192.0.2.9>;tag=b1'
