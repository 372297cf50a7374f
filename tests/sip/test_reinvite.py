"""A re-INVITE of ours on its own: challenges, and an ACK for every copy of the 2xx."""

from sip_net import ANSWER, HOLD, PASSWORD, T0, make_agent, reply, request

from ringfence.kernel.entropy import SeededEntropy
from ringfence.sip.auth import DigestClient
from ringfence.sip.dialog import Dialog
from ringfence.sip.events import Peer
from ringfence.sip.parser import parse
from ringfence.sip.reinvite import Reinvite, ack

PEER = Peer("udp", "192.0.2.1", 5060, 1)
CHALLENGE = [("Proxy-Authenticate", 'Digest realm="r", nonce="n1", qop="auth"')]


class Case:
    def __init__(self, *, offer=HOLD, digest=None):
        self.agent = make_agent("192.0.2.9")
        self.offer = offer
        self.heard = []
        dialog = Dialog.as_server(request(), "z9", PEER)
        self.reinvite = Reinvite(self.agent._core, dialog, self, digest)
        self.reinvite.start(T0)
        (self.first,) = self.collect()

    def complete(self, asked):
        asked.body = self.offer

    def accepted(self, response, now):
        self.heard.append(response.status)

    def refused(self, status, response, now):
        self.heard.append(status)

    def collect(self):
        return [parse(data) for data, _ in self.agent.take_output()]

    def put(self, message):
        self.agent.receive(message.to_bytes(), PEER, T0)
        return self.collect()


def test_the_2xx_is_acknowledged_at_once_and_at_each_copy():
    case = Case()
    (first,) = case.put(reply(case.first, 200, body=ANSWER))
    (second,) = case.put(reply(case.first, 200, body=ANSWER))
    assert first.method == "ACK"
    assert first.to_bytes() == second.to_bytes()
    assert case.heard == [200]
    assert case.reinvite.answered


def test_without_an_offer_the_ack_waits_for_our_answer():
    case = Case(offer=b"")
    assert case.put(reply(case.first, 200, body=HOLD)) == []
    assert case.put(reply(case.first, 200, body=HOLD)) == []
    assert case.heard == [200]
    case.reinvite.acknowledge(ANSWER)
    (sent,) = case.collect()
    assert (sent.method, sent.body, sent.content_type) == ("ACK", ANSWER, "application/sdp")
    case.reinvite.acknowledge(ANSWER)
    assert case.collect() == []


def test_a_challenge_is_answered_and_the_ack_carries_the_credentials():
    case = Case(digest=DigestClient("desk", PASSWORD, SeededEntropy(3)))
    _, again = case.put(reply(case.first, 407, extra=CHALLENGE))
    assert again.cseq.number == case.first.cseq.number + 1
    assert again.headers.get("Proxy-Authorization")
    (sent,) = case.put(reply(again, 200, body=ANSWER))
    assert sent.headers.get("Proxy-Authorization") == again.headers.get("Proxy-Authorization")
    assert sent.cseq.number == again.cseq.number
    assert case.heard == [200]


def test_refused_credentials_are_told():
    case = Case(digest=DigestClient("desk", "wrong", SeededEntropy(3)))
    _, again = case.put(reply(case.first, 407, extra=CHALLENGE))
    case.put(reply(again, 407, extra=CHALLENGE))
    assert case.heard == [407]


def test_silence_is_told_once():
    case = Case()
    while (deadline := case.agent.deadline()) is not None:
        case.agent.fire(deadline)
    assert case.heard == [408]


def test_stopping_is_silent():
    case = Case()
    case.reinvite.stop(T0)
    case.put(reply(case.first, 200, body=ANSWER))
    assert case.heard == []


def test_an_ack_follows_the_route_of_the_dialog():
    invite = request(extra=[("Record-Route", "<sip:p.example.com;lr>")])
    dialog = Dialog.as_server(invite, "z9", PEER)
    sent = parse(ack(make_agent("192.0.2.9")._core, dialog, invite, b"").data)
    assert [hop.uri.host for hop in sent.routes] == ["p.example.com"]
    assert sent.cseq == (1, "ACK")
    assert sent.body == b""
    assert sent.content_type is None
