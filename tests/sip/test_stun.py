"""STUN keep-alives on the SIP port: answered to registered phones, and to nobody else."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sip_net import CHALLENGE, PASSWORD, Script, make_agent, request

from ringfence.kernel.entropy import SeededEntropy
from ringfence.sip.auth import DigestClient
from ringfence.sip.events import MalformedReceived, Peer
from ringfence.sip.stun import answer, is_request

TRANSACTION = b"\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
ASKED = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + TRANSACTION
SOFTWARE = b"\x80\x22\x00\x05re v1\x00\x00\x00"


def with_attributes(*attributes):
    body = b"".join(attributes)
    return ASKED[:2] + len(body).to_bytes(2, "big") + ASKED[4:] + body


def test_the_answer_of_rfc_5769():
    """Section 2.2: 192.0.2.1 port 32853 in XOR-MAPPED-ADDRESS."""
    told = answer(ASKED, Peer("udp", "192.0.2.1", 32_853))
    assert told[:4] == b"\x01\x01\x00\x0c"
    assert told[4:20] == ASKED[4:20]
    assert told[20:] == b"\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"


def test_the_answer_of_rfc_5769_for_ipv6():
    """Section 2.3."""
    told = answer(ASKED, Peer("udp", "2001:db8:1234:5678:11:2233:4455:6677", 32_853))
    assert told[20:] == b"\x00\x20\x00\x14\x00\x02\xa1\x47" + bytes.fromhex(
        "0113a9faa5d3f179bc25f4b5bed2b9d9"
    )


def test_what_may_be_passed_over_is_and_what_must_be_understood_is_not_answered():
    peer = Peer("udp", "192.0.2.1", 1)
    assert answer(with_attributes(SOFTWARE), peer) == answer(ASKED, peer)
    assert answer(with_attributes(SOFTWARE, b"\x00\x06\x00\x04user"), peer) == b""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        ASKED[:19],
        ASKED + b"x",
        b"\x01\x01" + ASKED[2:],
        ASKED[:4] + b"\x21\x12\xa4\x43" + TRANSACTION,
        b"\x00\x01\x00\x02" + ASKED[4:] + b"xx",
    ],
)
def test_what_is_no_binding_request(data):
    assert not is_request(data)


@given(st.binary(max_size=64), st.ip_addresses())
def test_no_attributes_break_the_answer(body, host):
    """Invariant: whatever is in a request, the answer is empty or whole."""
    body += bytes(-len(body) % 4)
    told = answer(with_attributes(body), Peer("udp", str(ip_address(host)), 7))
    assert not told or len(told) == 20 + int.from_bytes(told[2:4], "big")


def registered():
    script = Script(make_agent("192.0.2.9", verdict=CHALLENGE))
    wishes = {
        "target": "sip:example.com",
        "to": "<sip:desk@example.com>",
        "from_": "<sip:desk@example.com>;tag=d",
        "contact": "<sip:desk@192.0.2.1>",
    }
    (refusal,) = script.put(request("REGISTER", **wishes))
    digest = DigestClient("desk", PASSWORD, SeededEntropy(3))
    assert digest.take(refusal)
    again = request("REGISTER", number=2, **wishes)
    digest.sign(again)
    assert [one.status for one in script.put(again)] == [200]
    return script


def asks(script, peer):
    script.agent.receive(ASKED, peer, script.now)
    return script.agent.take_output()


def test_a_registered_phone_is_answered_and_nobody_else():
    script = registered()
    ((told, to),) = asks(script, script.peer)
    assert (told, to) == (answer(ASKED, script.peer), script.peer)
    assert asks(script, script.peer._replace(port=5061)) == []
    assert asks(script, script.peer._replace(transport="tcp")) == []
    script.run(4_000_000)
    assert asks(script, script.peer) == []


def test_a_keep_alive_is_never_held_against_anybody():
    script = Script()
    assert asks(script, script.peer) == []
    assert script.agent.take_events() == []
    script.put(b"\x00\x01nonsense")
    assert script.took(MalformedReceived)
