"""One request of ours, whatever it takes: targets in turn, challenges, one last word."""

import pytest
from sip_net import T0, make_agent, reply, request

from ringfence.kernel.entropy import SeededEntropy
from ringfence.sip.auth import DigestClient
from ringfence.sip.events import Peer
from ringfence.sip.outbound import Exchange
from ringfence.sip.parser import parse

ONE, TWO = Peer("udp", "192.0.2.2", 5060), Peer("udp", "192.0.2.3", 5060)
CHALLENGE = [("WWW-Authenticate", 'Digest realm="r", nonce="n1", qop="auth"')]


class Case:
    def __init__(self, *targets, password=None):
        self.agent = make_agent("192.0.2.9")
        self.core = self.agent._core
        self.heard = []
        self.numbers = 0
        digest = DigestClient("desk", password, SeededEntropy(5)) if password else None
        self.exchange = Exchange(
            self.core,
            targets,
            self.build,
            lambda status, response, now: self.heard.append((status, response and True, now - T0)),
            digest=digest,
        )
        self.exchange.start(T0)
        self.sent = []
        self.collect(0)

    def build(self, via, peer):
        self.numbers += 1
        return request("OPTIONS", via=via, number=self.numbers)

    def collect(self, at):
        new = [(at, parse(data), peer) for data, peer in self.agent.take_output()]
        self.sent += new
        return [message for _, message, _ in new]

    def put(self, message, at=0):
        self.agent.receive(message.to_bytes(), ONE, T0 + at)
        return self.collect(at)

    def run(self, until):
        while (deadline := self.agent.deadline()) is not None and deadline <= T0 + until:
            self.agent.fire(deadline)
            self.collect(deadline - T0)

    @property
    def last(self):
        return self.sent[-1][1]


def test_the_last_word_comes_once():
    case = Case(ONE)
    case.put(reply(case.last, 100))
    assert case.heard == []
    case.put(reply(case.last, 404))
    case.put(reply(case.last, 404))
    assert case.heard == [(404, True, 0)]
    case.run(10_000)
    assert not any(case.agent.census().values())


def test_silence_is_408():
    case = Case(ONE)
    case.run(60_000)
    assert case.heard == [(408, None, 32_000)]


def test_a_silent_target_is_left_after_four_seconds():
    case = Case(ONE, TWO)
    case.run(3_999)
    assert {peer for _, _, peer in case.sent} == {ONE}
    case.run(4_000)
    assert case.sent[-1][::2] == (4_000, TWO)
    case.run(60_000)
    assert case.heard == [(408, None, 36_000)]


def test_a_target_that_shows_itself_is_given_its_time():
    case = Case(ONE, TWO)
    case.put(reply(case.last, 100), 100)
    case.run(31_999)
    assert {peer for _, _, peer in case.sent} == {ONE}
    case.run(32_000)
    assert case.sent[-1][2] == TWO


def test_503_sends_us_to_the_next_target_and_the_last_one_counts():
    case = Case(ONE, TWO)
    case.put(reply(case.last, 503))
    assert case.sent[-1][2] == TWO
    case.put(reply(case.last, 503))
    assert case.heard == [(503, True, 0)]


@pytest.mark.parametrize("status", [404, 486, 500, 603])
def test_any_other_refusal_is_the_last_word(status):
    case = Case(ONE, TWO)
    case.put(reply(case.last, status))
    assert case.heard == [(status, True, 0)]


def test_a_broken_transport_sends_us_to_the_next_target():
    case = Case(ONE, TWO)
    for client in list(case.core.clients.values()):
        client.unsent(T0)
        case.core.drive(client, T0)
    case.collect(0)
    assert case.sent[-1][2] == TWO


def test_a_challenge_is_answered_with_a_new_number_and_branch():
    case = Case(ONE, password="x")
    first = case.last
    case.put(reply(first, 401, extra=CHALLENGE))
    second = case.last
    assert second.headers.get("Authorization") is not None
    assert second.cseq.number == first.cseq.number + 1
    assert second.via.branch != first.via.branch
    case.put(reply(second, 200))
    assert case.heard == [(200, True, 0)]


def test_refused_credentials_are_the_last_word():
    case = Case(ONE, password="x")
    case.put(reply(case.last, 401, extra=CHALLENGE))
    case.put(reply(case.last, 401, extra=CHALLENGE))
    assert case.heard == [(401, True, 0)]


def test_a_server_that_never_likes_its_own_nonce_is_left():
    case = Case(ONE, password="x")
    for index in range(20):
        stale = f'Digest realm="r{index}", nonce="n{index}", stale=true'
        case.put(reply(case.last, 401, extra=[("WWW-Authenticate", stale)]))
    assert len(case.heard) == 1
    assert len(case.sent) <= 5


def test_after_stop_nothing_is_heard():
    case = Case(ONE, TWO)
    case.exchange.stop(T0)
    case.put(reply(case.last, 200))
    case.run(60_000)
    assert case.heard == []
    assert len(case.sent) == 1
