"""The network of a world: ports, delivery in virtual time, a SIP port with its timers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sip_net import Guard, request

from ringfence.kernel.entropy import SeededEntropy
from ringfence.sip.agent import Agent
from ringfence.sip.config import AgentConfig
from ringfence.sip.events import InviteReceived, SipEvent
from ringfence.testing.network import Quality

SLOW = Quality(delay_ms=25)


def test_a_datagram_arrives_after_the_delay_with_its_source(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        seen = []
        there = hosts.at(2).datagrams(lambda *packet: seen.append((hosts.clock.now(), *packet)))
        here = hosts.at(1).datagrams(lambda *_: None)
        began = hosts.clock.now()
        here.send(b"hello", ("192.0.2.2", there.port))
        await asyncio.sleep(1)
        assert seen == [(began + 25, b"hello", ("192.0.2.1", here.port))]
        here.close()
        there.close()

    play(scene, quality=SLOW)


def test_a_port_nobody_has_swallows_what_is_sent_to_it(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        here = hosts.at(1).datagrams(lambda *_: None)
        here.send(b"hello", ("192.0.2.2", 9))
        await asyncio.sleep(1)
        assert hosts.ether.nowhere == 1
        here.close()

    play(scene)


def test_a_port_is_given_once(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        hosts.ether.bind(("192.0.2.1", 5060), lambda *_: None)
        with pytest.raises(OSError, match="taken"):
            hosts.ether.bind(("192.0.2.1", 5060), lambda *_: None)
        assert hosts.ether.bound == [("192.0.2.1", 5060)]
        hosts.ether.release(("192.0.2.1", 5060))

    play(scene)


def agent(host: str) -> Agent:
    config = AgentConfig(addresses={"udp": (host, 5060)}, realm="example.com", secret=b"s" * 32)
    return Agent(config, SeededEntropy(3), Guard())


def test_a_sip_port_answers_and_repeats_when_its_timers_say_so(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        events: list[SipEvent] = []
        signals = hosts.at(9).signals(agent("192.0.2.9"), events.append)
        await signals.listen("192.0.2.9", 5060)
        heard: list[bytes] = []
        caller = hosts.ether.bind(("192.0.2.1", 5060), lambda data, _: heard.append(data))
        hosts.ether.send(request().to_bytes(), caller, ("192.0.2.9", 5060))
        await asyncio.sleep(1)
        assert isinstance(events[0], InviteReceived)
        assert heard[0].startswith(b"SIP/2.0 100")
        await signals.close()
        hosts.ether.release(caller)

    play(scene)


def test_what_goes_wrong_with_an_event_is_a_fault_of_the_world(play: Callable[..., None]) -> None:
    def broken(event: SipEvent) -> None:
        raise ValueError("broken")

    async def scene(hosts) -> None:
        signals = hosts.at(9).signals(agent("192.0.2.9"), broken)
        await signals.listen("192.0.2.9", 5060)
        hosts.ether.send(request().to_bytes(), ("192.0.2.1", 5060), ("192.0.2.9", 5060))
        await asyncio.sleep(1)
        await signals.close()

    with pytest.raises(ValueError, match="broken"):
        play(scene)
