"""Carriers by name, made from what the operator set up."""

from __future__ import annotations

import pytest
from smpp_net import OURS, Desk, Shelf, outbound, play

from ringfence.accounts.carriers import HttpGateway, SmppAccess, TextCarrier
from ringfence.accounts.filling import Reply
from ringfence.carriers.http import HttpCarrier
from ringfence.carriers.roster import Around, Roster, dialect, made
from ringfence.carriers.smpp.carrier import SmppCarrier
from ringfence.carriers.template import Request
from ringfence.kernel.errors import Refused
from ringfence.messaging.carrier import Accepted, Link
from ringfence.testing.smsc import Smsc
from ringfence.testing.virtual_time import LoopClock

ACCESS = SmppAccess(host="smsc", port=2775, system_id="ringfence", password="secret")
GATEWAY = HttpGateway(
    url="https://sms.example.com", hook="h00k", receipt={"id": "id", "state": "state"}
)


async def nobody(request: Request, *, limit: int, total_ms: int) -> Reply:
    del request, limit, total_ms
    return Reply(0, b"", "fetch_failed")


def around(clock: LoopClock, desk: Desk) -> Around:
    return Around(
        receiver=desk, keeper=Shelf(), clock=clock, fetch=nobody, ours=lambda phone: phone == OURS
    )


def test_carriers_come_and_go() -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc() as smsc:
            roster = Roster(around(clock, Desk()))
            await roster.start(
                [TextCarrier(name="a", smpp=ACCESS), TextCarrier(name="b", senders=("B",))]
            )
            await smsc.bound()
            assert [carrier.name for carrier in roster.running()] == ["a", "b"]
            assert [carrier.name for carrier in roster.serving("B")] == ["b"]
            (first,) = roster.serving("+12025550100")
            assert isinstance(await first.send(outbound(1)), Accepted)
            state = roster.state("a")
            assert state is not None
            assert state.link is Link.READY
            await roster.remove("a")
            assert roster.state("a") is None
            assert first.state().link is Link.STOPPED
            await roster.add(TextCarrier(name="a", smpp=ACCESS))
            await smsc.bound()
            await roster.stop()

    play(scene)


def test_a_webhook_proves_itself() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        roster = Roster(around(clock, desk))
        await roster.start([TextCarrier(name="gw", http=GATEWAY), TextCarrier(name="loop")])
        assert await roster.told("gw", "h00k", {"id": "1", "state": "delivered"})
        assert len(desk.receipts) == 1
        for name, secret in (("gw", "wrong"), ("gw", ""), ("loop", ""), ("nobody", "h00k")):
            with pytest.raises(Refused) as refused:
                await roster.told(name, secret, {"id": "1", "state": "delivered"})
            assert refused.value.code == "not_found"

    play(scene)


def test_a_gateway_without_a_secret_takes_no_webhook() -> None:
    async def scene(clock: LoopClock) -> None:
        roster = Roster(around(clock, Desk()))
        await roster.start([TextCarrier(name="gw", http=HttpGateway(url="https://example.com"))])
        with pytest.raises(Refused):
            await roster.told("gw", "", {})

    play(scene)


def test_kinds_and_ways() -> None:
    async def scene(clock: LoopClock) -> None:
        about = around(clock, Desk())
        assert isinstance(made(TextCarrier(name="x", smpp=ACCESS), about), SmppCarrier)
        assert isinstance(made(TextCarrier(name="x", http=GATEWAY), about), HttpCarrier)

    play(scene)
    access = SmppAccess(
        host="h", port=1, system_id="a", password="b", languages=("hi", "xx", "tr"), parts="sar"
    )
    assert dialect(access, "IN").languages == (6, 1)
    assert (dialect(access, "IN").parts, dialect(access, "IN").region) == ("sar", "IN")
