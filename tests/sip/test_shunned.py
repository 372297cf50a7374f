"""A target that was silent is asked last for a while, and nobody is ever left out."""

import pytest
from sip_net import ANSWER, CHALLENGE, OFFER, Script, make_agent, name, reply, request, uri

from ringfence.kernel.limits import FAILOVER_MS, TARGET_SHUNNED_MS, TARGETS_SHUNNED_MAX
from ringfence.sip import commands
from ringfence.sip.auth import DigestClient
from ringfence.sip.commands import Way
from ringfence.sip.events import Answered, Peer, Registered
from ringfence.sip.message import Response
from ringfence.sip.shunned import Shunned, retry_after

ONE, TWO = Peer("udp", "192.0.2.1", 5060), Peer("udp", "192.0.2.3", 5060)


class Trunk:
    """Calls to one carrier with two servers, one after the other."""

    def __init__(self, script=None):
        self.script = script or Script()
        self.calls = 0

    def call(self, targets=(ONE, TWO), **kwargs):
        """Place a call; return its INVITE and where that went."""
        self.calls += 1
        self.leg = f"L{self.calls}"
        self.script.do(
            commands.Invite(
                leg=self.leg,
                targets=targets,
                uri=uri("sip:bob@192.0.2.1"),
                from_=name("<sip:+12025550123@192.0.2.9>"),
                offer=OFFER,
                **kwargs,
            )
        )
        return self.last

    @property
    def last(self):
        _, message, peer = self.script.sent[-1]
        return message, peer

    def hang_up(self):
        (bye,) = self.script.do(commands.Bye(leg=self.leg))
        self.script.put(reply(bye, 200))

    def refuse(self):
        """The target that was asked last is busy, and so alive."""
        self.script.put(reply(self.last[0], 486))

    def wait(self, milliseconds):
        return self.script.run(self.script.at + milliseconds)

    def find_dead(self):
        """The first call learns that ONE is silent and is answered by TWO."""
        assert self.call()[1] == ONE
        self.wait(FAILOVER_MS)
        invite, peer = self.last
        assert peer == TWO
        self.script.put(reply(invite, 200, body=ANSWER))
        assert self.script.one(Answered).peer == TWO
        self.hang_up()


def test_only_the_first_call_waits_for_a_silent_target():
    trunk = Trunk()
    trunk.find_dead()
    for _ in range(3):
        invite, peer = trunk.call()
        assert peer == TWO
        trunk.script.put(reply(invite, 200, body=ANSWER))
        trunk.hang_up()


def test_when_its_time_is_up_one_call_tries_it_and_the_others_need_not():
    trunk = Trunk()
    trunk.find_dead()
    trunk.wait(TARGET_SHUNNED_MS)
    trying, peer = trunk.call()
    assert peer == ONE
    assert trunk.call()[1] == TWO
    trunk.script.put(reply(trying, 100))
    assert trunk.call()[1] == ONE  # it is back


def test_who_tried_in_vain_shuns_it_for_as_long_again():
    trunk = Trunk()
    trunk.find_dead()
    trunk.wait(TARGET_SHUNNED_MS)
    assert trunk.call()[1] == ONE
    trunk.wait(FAILOVER_MS)
    trunk.refuse()
    trunk.wait(TARGET_SHUNNED_MS - 1)
    assert trunk.call()[1] == TWO
    trunk.refuse()
    trunk.wait(1)
    assert trunk.call()[1] == ONE


def test_who_hung_up_before_it_was_known_leaves_the_trial_to_another():
    trunk = Trunk()
    trunk.find_dead()
    trunk.wait(TARGET_SHUNNED_MS)
    assert trunk.call()[1] == ONE
    trunk.script.do(commands.Cancel(leg=trunk.leg))
    assert trunk.call()[1] == TWO
    trunk.refuse()
    trunk.wait(FAILOVER_MS)
    assert trunk.call()[1] == ONE


def test_a_shunned_target_is_tried_where_the_other_fails():
    trunk = Trunk()
    trunk.find_dead()
    invite, peer = trunk.call()
    assert peer == TWO
    trunk.script.put(reply(invite, 503))
    assert trunk.last[1] == ONE


def test_where_all_are_shunned_the_order_stays():
    trunk = Trunk()
    trunk.call()
    trunk.wait(80_000)
    assert trunk.call()[1] == ONE


def test_a_single_target_is_always_asked():
    trunk = Trunk()
    trunk.call(targets=(ONE,))
    trunk.wait(40_000)
    assert trunk.call(targets=(ONE,))[1] == ONE


def test_a_broken_transport_counts_as_silence():
    trunk = Trunk()
    trunk.call()
    trunk.script.do(commands.SendFailed(peer=ONE))
    assert trunk.last[1] == TWO
    assert trunk.call()[1] == TWO


def test_the_last_repetitions_of_a_call_that_went_elsewhere_say_nothing_new():
    trunk = Trunk()
    first, _ = trunk.call()
    trunk.wait(FAILOVER_MS)
    trunk.script.put(reply(trunk.last[0], 200, body=ANSWER))
    trunk.wait(10_000)
    trunk.call(targets=(ONE,))
    trunk.script.put(reply(trunk.last[0], 486))  # it is back, but the first INVITE was lost
    trunk.wait(40_000)
    assert trunk.call()[1] == ONE
    assert first.cseq.number == 1


def test_the_flow_of_a_phone_that_died_is_asked_last_until_the_phone_registers_over_it():
    trunk = Trunk(Script(make_agent("192.0.2.9", verdict=CHALLENGE)))
    old, new = Peer("tcp", "192.0.2.1", 40_001, 7), Peer("tcp", "192.0.2.1", 40_002, 8)
    ways = {"targets": (old,), "spares": (Way((new,), uri("sip:desk@192.0.2.1"), ()),)}
    assert trunk.call(**ways)[1] == old
    trunk.wait(FAILOVER_MS)
    assert trunk.last[1] == new
    assert trunk.call(**ways)[1] == new
    desk = {"from_": "<sip:desk@example.com>;tag=a", "to": "<sip:desk@example.com>"}
    asked = request("REGISTER", target="sip:example.com", **desk)
    (challenge,) = trunk.script.put(asked, old)
    digest = DigestClient("desk", "correct horse", trunk.script.agent._core.entropy)
    assert digest.take(challenge)
    again = request("REGISTER", target="sip:example.com", number=2, **desk)
    digest.sign(again)
    (granted,) = trunk.script.put(again, old)
    assert granted.status == 200
    assert trunk.call(**ways)[1] == old


@pytest.mark.parametrize(
    ("text", "seconds"), [("20", 20), ("18000", TARGET_SHUNNED_MS // 1000), ("20 (busy)", 20)]
)
def test_503_with_a_time_is_obeyed_for_that_time_and_no_longer(text, seconds):
    trunk = Trunk()
    invite, _ = trunk.call()
    trunk.script.put(reply(invite, 503, extra=[("Retry-After", text)]))
    trunk.refuse()
    trunk.wait(seconds * 1000 - 1)
    assert trunk.call()[1] == TWO
    trunk.refuse()
    trunk.wait(1)
    assert trunk.call()[1] == ONE


@pytest.mark.parametrize("extra", [(), [("Retry-After", "soon")], [("Retry-After", "0")]])
def test_503_without_a_time_is_about_that_call(extra):
    trunk = Trunk()
    invite, _ = trunk.call()
    trunk.script.put(reply(invite, 503, extra=extra))
    assert trunk.last[1] == TWO
    assert trunk.call()[1] == ONE


def test_our_registration_goes_to_the_target_that_answered():
    script = Script()
    command = commands.Register(
        registration="main",
        targets=(ONE, TWO),
        registrar=uri("sip:192.0.2.2"),
        aor=uri("sip:desk@192.0.2.2"),
        contact_user="desk",
        credentials=None,
        expires=600,
    )
    script.do(command)
    script.run(FAILOVER_MS)
    asked, peer = script.sent[-1][1:]
    assert peer == TWO
    script.put(reply(asked, 200, contact=None))
    script.took(Registered)
    sent = len(script.sent)
    script.run(script.at + 540_000)
    assert {peer for _, _, peer in script.sent[sent:]} == {ONE}  # five minutes are over
    script.run(script.at + FAILOVER_MS)
    assert script.sent[-1][2] == TWO


def test_a_probe_keeps_asking_the_silent_one_and_so_hears_when_it_is_back():
    trunk = Trunk()
    script = trunk.script
    script.do(
        commands.Probe(
            probe="carrier", targets=(ONE, TWO), uri=uri("sip:192.0.2.1"), interval_ms=30_000
        )
    )
    script.run(FAILOVER_MS)
    script.put(reply(script.sent[-1][1], 200))
    assert trunk.call()[1] == TWO
    trunk.refuse()
    while (asked := trunk.last)[1] != ONE or asked[0].method != "OPTIONS":
        trunk.wait(1_000)
    assert trunk.call()[1] == TWO
    script.put(reply(asked[0], 405))
    assert trunk.call()[1] == ONE


def test_the_memory_is_bounded_and_the_eldest_goes():
    shunned = Shunned()
    peers = [Peer("udp", "192.0.2.1", port) for port in range(TARGETS_SHUNNED_MAX + 1)]
    for peer in peers:
        shunned.silent(peer, 0)
    shunned.silent(peers[1], 1)
    assert len(shunned) == TARGETS_SHUNNED_MAX
    assert shunned.peers((peers[0], peers[1]), 2) == [peers[0], peers[1]]
    assert shunned.peers((peers[1], peers[0]), 2) == [peers[0], peers[1]]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("5", 5), ("18000;duration=3600", 18_000), ("120 (in a meeting)", 120), ("x", None)],
)
def test_retry_after_is_read(value, seconds):
    assert retry_after(Response(503, None, [("Retry-After", value)])) == seconds
    assert retry_after(Response(503)) is None
