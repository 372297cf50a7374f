"""OPTIONS to trunks: when is one up, when down."""

import pytest
from sip_net import Script, empty, reply, uri

from ringfence.kernel.errors import LocalError
from ringfence.sip import commands
from ringfence.sip.events import Peer, ProbeChanged

TRUNK = Peer("udp", "192.0.2.2", 5060)


def probe(targets=(TRUNK,), interval_ms=30_000):
    return commands.Probe(
        probe="carrier", targets=targets, uri=uri("sip:192.0.2.2"), interval_ms=interval_ms
    )


@pytest.mark.parametrize("status", [200, 401, 404, 405, 481, 501])
def test_any_answer_is_a_sign_of_life(status):
    script = Script()
    (asked,) = script.do(probe())
    assert asked.method == "OPTIONS"
    script.put(reply(asked, status))
    assert script.one(ProbeChanged) == ProbeChanged(probe="carrier", up=True, status=status)


@pytest.mark.parametrize("status", [408, 503, 504])
def test_some_answers_are_none(status):
    script = Script()
    (asked,) = script.do(probe())
    script.put(reply(asked, status))
    assert script.one(ProbeChanged).up is False


def test_it_is_asked_again_and_only_changes_are_told():
    script = Script()
    (asked,) = script.do(probe())
    script.put(reply(asked, 200))
    assert script.one(ProbeChanged).up
    for _ in range(3):
        (asked,) = script.run(script.at + 30_000)
        script.put(reply(asked, 200))
    assert script.took(ProbeChanged) == []
    script.run(script.at + 30_000 + 32_000)
    assert script.one(ProbeChanged) == ProbeChanged(probe="carrier", up=False, status=408)
    while not (sent := script.run(script.at + 1_000)):
        pass
    script.put(reply(sent[-1], 200))
    assert script.one(ProbeChanged).up


def test_each_question_is_a_new_one():
    script = Script()
    (first,) = script.do(probe())
    script.put(reply(first, 200))
    (second,) = script.run(30_000)
    assert first.call_id != second.call_id
    assert first.from_tag != second.from_tag


def test_the_next_target_is_asked_after_four_seconds_of_silence():
    script = Script()
    script.do(probe(targets=(TRUNK, TRUNK._replace(host="192.0.2.3"))))
    script.run(4_000)
    assert [peer.host for _, _, peer in script.sent] == ["192.0.2.2"] * 4 + ["192.0.2.3"]
    assert script.at == 4_000


def test_stopping_leaves_nothing_behind():
    script = Script()
    (asked,) = script.do(probe())
    script.do(commands.StopProbe(probe="carrier"))
    script.put(reply(asked, 200))
    assert script.took(ProbeChanged) == []
    assert empty(script.agent)
    script.do(commands.StopProbe(probe="carrier"))


def test_a_new_probe_of_the_same_name_takes_the_place_of_the_old():
    script = Script()
    script.do(probe())
    script.do(probe())
    script.do(commands.StopProbe(probe="carrier"))
    assert empty(script.agent)


@pytest.mark.parametrize("wrong", [{"targets": ()}, {"interval_ms": 0}])
def test_a_probe_of_nothing_is_a_bug(wrong):
    with pytest.raises(LocalError):
        Script().do(probe(**wrong))


def test_where_they_see_us_is_told_and_told_again_when_it_is_elsewhere():
    """RFC 3581 section 4: whoever answers says in our Via where the request came from."""
    script = Script()
    (asked,) = script.do(probe())
    for address in ("198.51.100.7", "198.51.100.7", "198.51.100.8"):
        asked.received_from(address, 5060)
        script.put(reply(asked, 200))
        (asked,) = script.run(script.at + 30_000)
    assert [one.seen_from for one in script.took(ProbeChanged)] == ["198.51.100.7", "198.51.100.8"]


def test_silence_says_nothing_of_where_they_see_us():
    script = Script()
    (asked,) = script.do(probe())
    asked.received_from("198.51.100.7", 5060)
    script.put(reply(asked, 200))
    script.took(ProbeChanged)
    script.run(script.at + 30_000 + 32_000)
    assert script.one(ProbeChanged) == ProbeChanged(
        probe="carrier", up=False, status=408, seen_from="198.51.100.7"
    )
