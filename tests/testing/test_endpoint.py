"""What phone and carrier share: opening, closing, where a call goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ringfence.sip.agent import Agent
from ringfence.sip.events import Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri
from ringfence.testing.network import BadLineAgent, Quality
from ringfence.testing.phone import Phone


def test_closing_lets_go_of_calls_and_ports(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        one = Phone(place=hosts.at(1))
        await one.open()
        assert one.port
        call = one.dial("sip:two@192.0.2.2")
        assert len(hosts.ether.bound) == 2
        assert one.calls == {call.leg: call}
        await one.close()
        assert one.calls == {}
        assert hosts.ether.bound == []

    play(scene)


def test_a_call_may_be_sent_elsewhere_than_its_address_says(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with Phone(place=hosts.at(1)) as one, Phone(place=hosts.at(2)) as two:
            call = one.place_call(
                Uri.parse("sip:two@192.0.2.77"),
                from_=NameAddr("", Uri.parse("sip:one@192.0.2.1")),
                to=NameAddr("", Uri.parse("sip:somebody@example.com")),
                targets=(Peer("udp", "192.0.2.2", two.port),),
                headers=(("P-Asserted-Identity", "<sip:one@example.com>"),),
            )
            called = await two.next_call()
            assert called.invite.uri.host == "192.0.2.77"
            assert called.invite.to.uri.user == "somebody"
            assert "one@example.com" in called.invite.headers.get("P-Asserted-Identity")
            called.reject()
            await call.wait_over()

    play(scene)


@pytest.mark.parametrize(
    ("quality", "kind"), [(Quality(), Agent), (Quality(loss=10), BadLineAgent)]
)
def test_only_a_bad_line_costs_anything(
    play: Callable[..., None], quality: Quality, kind: type[Agent]
) -> None:
    async def scene(hosts) -> None:
        async with Phone(place=hosts.at(1), quality=quality) as one:
            assert type(one.agent) is kind
            assert (one.host, one.clock) == ("192.0.2.1", hosts.clock)

    play(scene)
