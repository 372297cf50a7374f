"""A bad line: what it loses, delays, doubles and reorders, the same again from the same seed."""

from __future__ import annotations

import pytest
from sip_net import Guard, request

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.sip.config import AgentConfig
from ringfence.sip.events import Peer
from ringfence.testing.network import GOOD, BadLineAgent, Line, Network, Quality

T0 = Ms(1_700_000_000_000)
HERE, THERE = ("192.0.2.1", 5060), ("192.0.2.2", 5060)


def line(seed: int = 1, **quality: int) -> Line:
    return Line(Quality(**quality), SeededEntropy(seed))


def sent(on: Line, packets: int = 1_000, every_ms: int = 20) -> list[list[int]]:
    """When the copies of each packet arrive, in ms after it was sent."""
    return [
        [at - (T0 + n * every_ms) for at in on.send(Ms(T0 + n * every_ms))] for n in range(packets)
    ]


def test_a_good_line_delivers_everything_at_once() -> None:
    assert sent(Line(GOOD, SeededEntropy(1))) == [[0]] * 1_000


@pytest.mark.parametrize("share", [50, 300, 1_000])
def test_a_share_is_lost(share: int) -> None:
    lossy = line(loss=share)
    lost = sent(lossy).count([])
    assert lost == lossy.lost
    assert abs(lost - share) < 50 or share == lost == 1_000
    assert lossy.carried == 1_000


def test_delay_and_jitter_stay_within_their_bounds_and_keep_the_order() -> None:
    found = sent(line(delay_ms=30, jitter_ms=100), every_ms=20)
    delays = [delay for (delay,) in found]
    assert min(delays) >= 30
    assert max(delays) <= 130
    assert len(set(delays)) > 50
    arrivals = [n * 20 + delay for n, delay in enumerate(delays)]
    assert arrivals == sorted(arrivals)


def test_a_packet_held_back_lets_others_pass() -> None:
    found = sent(line(reorder=100, hold_ms=50))
    assert {delay for (delay,) in found} == {0, 50}
    assert 50 < sum(delay == 50 for (delay,) in found) < 150


def test_copies_arrive_after_the_first() -> None:
    found = sent(line(duplicate=100, jitter_ms=5))
    doubles = [arrivals for arrivals in found if len(arrivals) == 2]
    assert 50 < len(doubles) < 150
    assert all(first <= second <= first + 5 for first, second in doubles)


def test_a_seed_repeats_itself_and_another_does_not() -> None:
    quality = {"loss": 100, "duplicate": 50, "reorder": 50, "jitter_ms": 40}
    assert sent(line(7, **quality)) == sent(line(7, **quality))
    assert sent(line(7, **quality)) != sent(line(8, **quality))


def test_a_network_delivers_in_the_order_of_arrival() -> None:
    qualities = {("192.0.2.1", "192.0.2.2"): Quality(delay_ms=30)}
    net = Network(SeededEntropy(1), lambda *pair: qualities.get(pair, GOOD))
    net.send(b"slow", HERE, THERE, T0)
    net.send(b"quick", THERE, HERE, Ms(T0 + 10))
    assert net.deadline() == T0 + 10
    net.fire(Ms(T0 + 29))
    assert net.take_output() == [(b"quick", THERE, HERE)]
    assert net.deadline() == T0 + 30
    net.fire(Ms(T0 + 30))
    assert net.take_output() == [(b"slow", HERE, THERE)]
    assert net.take_output() == []
    assert net.deadline() is None


def test_a_network_counts_what_it_lost() -> None:
    net = Network(SeededEntropy(1), lambda *_: Quality(loss=1_000))
    net.send(b"gone", HERE, THERE, T0)
    assert (net.deadline(), net.lost) == (None, 1)


def bad_agent(quality: Quality) -> BadLineAgent:
    config = AgentConfig(addresses={"udp": THERE}, realm="example.com", secret=b"s" * 32)
    return BadLineAgent(config, SeededEntropy(1), Guard(), quality)


def options(transport: str = "udp") -> tuple[bytes, Peer]:
    return request("OPTIONS").to_bytes(), Peer(transport, *HERE, 1)  # type: ignore[arg-type]


def test_an_agent_at_the_end_of_a_slow_line_hears_late_and_is_heard_late() -> None:
    agent = bad_agent(Quality(delay_ms=40))
    agent.receive(*options(), T0)
    assert agent.take_output() == []
    assert agent.deadline() == T0 + 40
    agent.fire(Ms(T0 + 40))
    assert agent.take_output() == []
    assert agent.deadline() == T0 + 80
    agent.fire(Ms(T0 + 80))
    (answer,) = agent.take_output()
    assert answer.data.startswith(b"SIP/2.0 200")


def test_an_agent_whose_line_loses_everything_hears_nothing() -> None:
    agent = bad_agent(Quality(loss=1_000))
    agent.receive(*options(), T0)
    assert (agent.take_output(), agent.deadline()) == ([], None)


def test_a_stream_mends_what_its_line_spoils() -> None:
    agent = bad_agent(Quality(loss=1_000, delay_ms=40))
    agent.receive(*options("tcp"), T0)
    assert len(agent.take_output()) == 1
