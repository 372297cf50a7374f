"""What comes no further than the door: malformed bytes, faults of ours, keep-alives."""

import pytest
from sip_net import (
    CHALLENGE,
    DROP,
    OFFER,
    PASSWORD,
    STRANGER,
    Script,
    Talk,
    empty,
    kinds,
    make_agent,
    request,
)

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError
from ringfence.sip.auth import DigestClient
from ringfence.sip.events import AuthenticationFailed, MalformedReceived, Peer
from ringfence.sip.leg import Leg
from ringfence.sip.registrar import Registrar


def test_nearly_sip_gets_400():
    script = Script()
    bad = request("OPTIONS").to_bytes().replace(b"CSeq: 1 OPTIONS", b"CSeq: 1 INVITE")
    (answer,) = script.put(bad)
    assert answer.status == 400
    assert answer.reason
    event = script.one(MalformedReceived)
    assert event.answered
    assert event.peer == STRANGER
    assert empty(script.agent)


def test_another_version_gets_505():
    bad = request("OPTIONS").to_bytes().replace(b" SIP/2.0\r\n", b" SIP/7.0\r\n", 1)
    assert kinds(Script().put(bad)) == [505]


@pytest.mark.parametrize(
    "data", [b"hello", b"\x80" * 40, b"GET / HTTP/1.1\r\n\r\n", b"SIP/2.0 200\r\n\r\n"]
)
def test_what_is_not_sip_gets_silence(data):
    script = Script()
    assert script.put(data) == []
    assert script.one(MalformedReceived).answered is False


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\0\0\0\0", b"\r\n"])
def test_keep_alives_are_not_even_counted(data):
    script = Script()
    assert script.put(data) == []
    assert script.events == []


# -- who may learn that we are here ---------------------------------------------------------------


INSIDE = "<sip:echo@192.0.2.9>;tag=of-no-call"
NAT = Peer("udp", "203.0.113.9", 31_044, 1)


def signed(script, method, *, password=PASSWORD):
    """A request inside a call nobody knows, with credentials of the phone ``desk``."""
    client = DigestClient("desk", password, SeededEntropy(7))
    client.take(script.put(request("REGISTER"))[0])
    asked = request(method, to=INSIDE, number=9)
    client.sign(asked)
    return asked


def registered(peer):
    """An agent at which the phone ``desk`` has registered from behind an address translator."""
    script = Script(make_agent("192.0.2.9", verdict=CHALLENGE), peer=peer)
    client = DigestClient("desk", PASSWORD, SeededEntropy(7))
    to = "<sip:desk@192.0.2.9>"
    client.take(script.put(request("REGISTER", to=to))[0])
    again = request("REGISTER", to=to, number=2, contact="<sip:desk@10.0.0.7:5062>")
    client.sign(again)
    assert kinds(script.put(again)) == [200]
    return script


@pytest.mark.parametrize("method", ["BYE", "INVITE", "INFO", "UPDATE", "OPTIONS", "FOO"])
def test_a_stranger_is_not_told_that_there_is_no_such_call(method):
    script = Script(make_agent("192.0.2.9", verdict=CHALLENGE))
    assert script.put(request(method, to=INSIDE)) == []
    assert kinds(Script().put(request(method, to=INSIDE))) == [481]  # a trunk is
    assert empty(script.agent)


def test_nor_what_is_wrong_with_what_they_say_of_it():
    script = Script(make_agent("192.0.2.9", verdict=CHALLENGE))
    for to, answers in ((INSIDE, []), ("<sip:echo@192.0.2.9>", [400])):
        asked = request("BYE", to=to)
        asked.headers.set("Via", f"{asked.headers.get('Via')}, SIP/2.0/UDP x;a=1;a=2")
        assert kinds(script.put(asked)) == answers
    valueless = request("BYE", to="<sip:echo@192.0.2.9>;tag")
    assert script.put(valueless) == []


@pytest.mark.parametrize("method", ["BYE", "INFO", "NOTIFY"])
@pytest.mark.parametrize("peer", [NAT, NAT._replace(transport="tls", flow=17)])
def test_a_phone_behind_an_address_translator_is(method, peer):
    script = registered(peer)
    assert kinds(script.put(request(method, to=INSIDE))) == [481]
    assert script.put(request(method, to=INSIDE), peer._replace(port=9, flow=18)) == []


def test_a_phone_is_known_by_its_password_too_but_passwords_are_not_tried_unseen():
    script = Script(make_agent("192.0.2.9", verdict=CHALLENGE))
    assert kinds(script.put(signed(script, "BYE"))) == [481]
    assert script.took(AuthenticationFailed) == []
    assert script.put(signed(script, "BYE", password="wrong")) == []
    assert script.one(AuthenticationFailed).method == "BYE"


# -- faults of ours -------------------------------------------------------------------------------


def broken(*_):
    raise LocalError("a fault of ours")


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS", "REGISTER"])
@pytest.mark.parametrize(("verdict", "answers"), [(None, [500]), (CHALLENGE, [500]), (DROP, [])])
def test_a_fault_of_ours_is_answered_where_anything_is(monkeypatch, method, verdict, answers):
    script = Script(make_agent("192.0.2.9", verdict=verdict))
    monkeypatch.setattr(script.agent, "_outside", broken)
    with pytest.raises(LocalError):
        script.put(request(method, body=OFFER))
    assert kinds(script.collect()) == answers
    assert empty(script.agent)


def test_a_fault_of_ours_inside_a_call_is_answered_by_its_transaction(monkeypatch):
    talk = Talk()
    monkeypatch.setattr(Leg, "_on_info", broken)
    asked = request("INFO", to=f"<sip:echo@192.0.2.9>;tag={talk.leg}", number=9)
    with pytest.raises(LocalError):
        talk.script.put(asked)
    assert kinds(talk.script.collect()) == [500]
    assert kinds(talk.script.put(asked)) == [500]  # repeated, the fault is not


def test_an_ack_gets_no_answer_not_even_for_a_fault_of_ours(monkeypatch):
    script = Script()
    monkeypatch.setattr(script.agent, "_on_ack", broken)
    with pytest.raises(LocalError):
        script.put(request("ACK"))
    assert script.collect() == []


def test_a_register_that_we_cannot_answer_is_not_kept(monkeypatch):
    script = Script()
    monkeypatch.setattr(script.agent, "_authenticate", lambda *_: "desk")
    register = request("REGISTER", to="<sip:desk@192.0.2.9>")
    with monkeypatch.context() as fault:
        fault.setattr(Registrar, "receive", broken)
        with pytest.raises(LocalError):
            script.put(register)
    assert kinds(script.collect()) == [500]
    assert script.agent.bindings("desk", script.now) == ()
    assert kinds(script.put(request("REGISTER", to="<sip:desk@192.0.2.9>", number=2))) == [200]
