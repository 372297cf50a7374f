"""The shared machinery: identity, stateless answers, and who hears what of a transaction."""

import pytest
from sip_net import T0, make_agent, reply, request

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.limits import FORGET_GRAIN_MS
from ringfence.sip.config import AgentConfig
from ringfence.sip.core import ALLOW, EXTENSIONS, METHODS, SUPPORTED, Core, reply_peer
from ringfence.sip.events import Peer
from ringfence.sip.parser import parse
from ringfence.sip.transaction import server_key

PEER = Peer("udp", "192.0.2.1", 5060, 1)


def core(**addresses):
    config = AgentConfig(
        addresses=addresses or {"udp": ("192.0.2.9", 5060), "tls": ("2001:db8::9", 5061)},
        realm="example.com",
        secret=b"s" * 32,
    )
    return Core(config, SeededEntropy(1))


class User:
    def __init__(self):
        self.heard = []

    def on_response(self, client, response, now):
        self.heard.append(response.status)

    def on_failure(self, client, status, now):
        self.heard.append(-status)

    def on_ack(self, ack, now):
        self.heard.append(ack.method)


def test_what_we_say_we_can():
    assert ", ".join(METHODS) == ALLOW
    assert set(SUPPORTED.split(", ")) == EXTENSIONS


def test_the_via_of_each_transport():
    machinery = core()
    branch, via = machinery.via(PEER)
    assert via == f"SIP/2.0/UDP 192.0.2.9:5060;branch={branch};rport"
    assert branch.startswith("z9hG4bK")
    assert machinery.via(PEER)[0] != branch
    _, via = machinery.via(Peer("tls", "192.0.2.1", 5061))
    assert via.startswith("SIP/2.0/TLS [2001:db8::9]:5061;")


def test_a_transport_that_we_do_not_listen_on():
    _, via = core().via(Peer("ws", "192.0.2.1", 80, 17))
    assert via.startswith("SIP/2.0/WS 192.0.2.9:5060;")
    config = AgentConfig(addresses={}, realm="r", secret=b"s" * 32)
    nowhere = Core(config, SeededEntropy(1))
    assert "localhost.invalid" in nowhere.via(PEER)[1]
    assert "localhost.invalid" in nowhere.contact("udp")


def test_the_contact_of_each_transport():
    machinery = core()
    assert machinery.contact("udp") == "<sip:ringfence@192.0.2.9:5060>"
    assert machinery.contact("udp", "desk") == "<sip:desk@192.0.2.9:5060>"
    assert machinery.contact("tls") == "<sip:ringfence@[2001:db8::9]:5061;transport=tls>"
    assert machinery.contact("tls", secure=True) == "<sips:ringfence@[2001:db8::9]:5061>"


def test_a_client_and_its_user():
    machinery, user = core(), User()
    asked = request("OPTIONS", branch="z9hG4bKx")
    client = machinery.send(asked, "z9hG4bKx", PEER, user, T0)
    assert machinery.clients == {("z9hG4bKx", "OPTIONS"): client}
    client.receive(reply(asked, 100), T0)
    client.receive(reply(asked, 200), T0)
    machinery.drive(client, T0)
    assert user.heard == [100, 200]
    client.fire(T0 + 5_000)
    machinery.drive(client, T0 + 5_000)
    assert machinery.clients == {}
    assert client.user is None
    assert len(machinery.alarms) == 0


@pytest.mark.parametrize(("late", "heard"), [(True, [-408]), (False, [-503])])
def test_a_client_that_fails(late, heard):
    machinery, user = core(), User()
    client = machinery.send(request("OPTIONS"), "b", PEER, user, T0)
    if late:
        client.fire(T0 + 32_000)
    else:
        client.unsent(T0)
    machinery.drive(client, T0)
    assert user.heard == heard
    assert machinery.clients == {}


def test_an_abandoned_client_tells_nobody():
    machinery, user = core(), User()
    client = machinery.send(request("OPTIONS"), "b", PEER, user, T0)
    machinery.abandon(client, T0)
    assert user.heard == []
    assert machinery.clients == {}


def test_a_server_and_its_user():
    machinery, user = core(), User()
    asked = request(branch="z9hG4bKx")
    server = machinery.serve(asked, server_key(asked), PEER)
    server.user = user
    machinery.answer(server, asked, 200, T0, to_tag="t")
    server.receive(request("ACK", branch="z9hG4bKx"), T0)
    machinery.drive(server, T0)
    assert user.heard == ["ACK"]
    assert machinery.servers == {server_key(asked): server}
    server.fire(T0 + 32_000)
    machinery.drive(server, T0)
    assert machinery.servers == {}


def test_an_answer_without_memory():
    machinery = core()
    asked = request("OPTIONS")
    machinery.answer_statelessly(asked, PEER, 405, headers=(("Allow", ALLOW),))
    machinery.answer_statelessly(asked, PEER, 405, headers=(("Allow", ALLOW),))
    first, second = machinery.output
    assert first == second
    assert parse(first.data).to_tag == machinery.stateless_tag(asked)
    assert machinery.stateless_tag(request("OPTIONS", call_id="other")) != parse(first.data).to_tag
    assert machinery.servers == {}


def test_the_tag_depends_on_the_secret():
    other = make_agent("192.0.2.9")._core
    object.__setattr__(other.config, "secret", b"t" * 32)
    asked = request("OPTIONS")
    assert core().stateless_tag(asked) != other.stateless_tag(asked)


def test_where_answers_go():
    assert reply_peer(request(), PEER) == PEER
    nowhere = request(via="SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1")
    assert reply_peer(nowhere, PEER) == PEER._replace(port=5070)
    flow = Peer("tcp", "192.0.2.1", 40_000, 17)
    assert reply_peer(nowhere, flow) == flow


def test_finished_transactions_are_forgotten_together_and_no_other_alarm_is_late():
    machinery = core()
    for number, at in enumerate((T0 + 1, T0 + 250)):
        asked = request("BYE", branch=f"z9hG4bK{number}")
        server = machinery.serve(asked, server_key(asked), PEER)
        machinery.answer(server, asked, 200, at)
        assert server.lingers
    due = machinery.alarms.deadline()
    assert due % FORGET_GRAIN_MS == 0
    assert T0 + 32_250 <= due < T0 + 32_250 + FORGET_GRAIN_MS
    assert machinery.alarms.pop(due) is not machinery.alarms.pop(due)
    invite = request("INVITE", branch="z9hG4bKi")
    refused = machinery.serve(invite, server_key(invite), PEER)
    machinery.answer(refused, invite, 486, T0 + 1)
    assert not refused.lingers  # it is sent again until the ACK
    assert machinery.alarms.deadline() == T0 + 501
