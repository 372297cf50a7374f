"""A carrier that delivers to itself, in virtual time."""

from __future__ import annotations

import asyncio

from smpp_net import OURS, TO, Desk, outbound, play

from ringfence.carriers.loopback import LoopbackCarrier
from ringfence.messaging.carrier import Accepted, Delivery, Link
from ringfence.testing.virtual_time import LoopClock


def test_what_goes_out_to_us_comes_in_again() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        carrier = LoopbackCarrier("loop", desk, clock=clock, ours=lambda phone: phone == OURS)
        await carrier.start()
        assert carrier.state().link is Link.READY
        answer = await carrier.send(outbound(1, "a" * 200, sender=TO, to=OURS))
        assert isinstance(answer, Accepted)
        assert len(set(answer.carrier_ids)) == 2
        await asyncio.sleep(1)
        (message,) = desk.messages
        assert (message.sender, message.to, message.text) == (TO, OURS, "a" * 200)
        assert [(r.carrier_id, r.state) for r in desk.receipts] == [
            (carrier_id, Delivery.DELIVERED) for carrier_id in answer.carrier_ids
        ]
        await carrier.stop()
        assert carrier.state().link is Link.STOPPED

    play(scene)


def test_anybody_else_gets_it_and_says_nothing() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        desk.unknown = 2  # the receipt is there before its message
        carrier = LoopbackCarrier("loop", desk, clock=clock, ours=lambda _: False)
        await carrier.start()
        await carrier.send(outbound(1))
        await carrier.send(outbound(2, receipt=False))
        await asyncio.sleep(1)
        assert desk.messages == []
        assert len(desk.receipts) == 1

    play(scene)


def test_trouble_of_the_receiver_is_its_own() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        desk.trouble = 1
        carrier = LoopbackCarrier("loop", desk, clock=clock, ours=lambda _: True)
        await carrier.start()
        assert isinstance(await carrier.send(outbound(1)), Accepted)
        await carrier.stop()
        assert desk.messages == []

    play(scene)
