"""A gateway with HTTP: how its answers are judged and its webhooks taken."""

from __future__ import annotations

import asyncio

import pytest
from smpp_net import OURS, TO, Desk, outbound, play

from ringfence.accounts.filling import Reply
from ringfence.carriers.http import HttpCarrier, wait_ms
from ringfence.carriers.template import Request, Template
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import GATEWAY_WAIT_MS
from ringfence.messaging.carrier import Accepted, Cause, Delivery, Link, Rejected
from ringfence.testing.virtual_time import LoopClock

TEMPLATE = Template(
    url="https://sms.example.com/send",
    fields={"to": "{to}", "text": "{text}"},
    success="ok",
    message_id="id",
    receipt={"id": "id", "state": "status"},
    inbound={"from": "from", "to": "to", "text": "text", "id": "mid", "media": "media"},
)


class Gateway:
    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[Request] = []

    async def __call__(self, request: Request, *, limit: int, total_ms: int) -> Reply:
        del limit, total_ms
        self.asked.append(request)
        return self.reply


def carrier(desk: Desk, clock: LoopClock, reply: Reply | None = None) -> HttpCarrier:
    gateway = Gateway(reply or Reply(200, b'{"id":"g1","status":"ok"}'))
    return HttpCarrier("gw", TEMPLATE, desk, clock=clock, fetch=gateway, region="US")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(200, b'{"id":"g1","status":"ok"}'), ("g1",)),
        (Reply(202, b"ok"), (outbound(1).id,)),
        (Reply(200, b'{"status":"refused"}'), (Cause.UNKNOWN, False)),
        (Reply(400, b""), (Cause.BAD_MESSAGE, False)),
        (Reply(302, b""), (Cause.UNAVAILABLE, True)),
        (Reply(401, b""), (Cause.UNAVAILABLE, True)),
        (Reply(402, b""), (Cause.NO_CREDIT, True)),
        (Reply(429, b""), (Cause.BUSY, True)),
        (Reply(503, b""), (Cause.UNAVAILABLE, True)),
        (Reply(0, b"", "fetch_timed_out"), (Cause.UNAVAILABLE, True)),
    ],
)
def test_answers(reply: Reply, expected: tuple[object, ...]) -> None:
    async def scene(clock: LoopClock) -> None:
        ours = carrier(Desk(), clock, reply)
        await ours.start()
        answer = await ours.send(outbound(1))
        if isinstance(answer, Accepted):
            assert answer.carrier_ids == expected
            assert ours.state().detail == ""
        else:
            assert isinstance(answer, Rejected)
            assert (answer.cause, answer.temporary) == expected
            assert ours.state().detail != ""
        assert ours.state().link is Link.READY
        await ours.stop()
        assert ours.state().link is Link.STOPPED

    play(scene)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", 120_000),
        (" 0 ", 0),
        ("", 0),
        ("-5", 0),
        ("soon", 0),
        ("9" * 5_000, GATEWAY_WAIT_MS),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 37_000),
        ("Sun, 06 Nov 1994 08:49:37 -0000", 37_000),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 37_000),
        ("Sun Nov  6 08:49:37 1994", 37_000),
        ("Sun, 06 Nov 1994 08:48:59 GMT", 0),
        ("Sun, 06 Nov 2094 08:49:37 GMT", GATEWAY_WAIT_MS),
        ("Sun, 99 Nov 1994 08:49:37 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, expected: int) -> None:
    assert wait_ms(text, Ms(784_111_740_000)) == expected  # 1994-11-06 08:49:00 UTC


@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_asks_for_peace_has_it(status: int) -> None:
    async def scene(clock: LoopClock) -> None:
        ours = carrier(Desk(), clock, Reply(status, b"", retry_after="30"))
        await ours.start()
        answer = await ours.send(outbound(1))
        assert isinstance(answer, Rejected)
        assert (answer.temporary, answer.wait_ms) == (True, 30_000)
        assert ours.state().link is Link.WAITING
        await asyncio.sleep(29.9)
        assert ours.state().link is Link.WAITING
        await asyncio.sleep(0.1)
        assert ours.state().link is Link.READY
        await ours.send(outbound(2))
        await ours.stop()
        await asyncio.sleep(31)
        assert ours.state().link is Link.STOPPED, "a wait that ends starts nothing"

    play(scene)


def test_a_message_that_is_wrong_makes_nobody_wait() -> None:
    async def scene(clock: LoopClock) -> None:
        ours = carrier(Desk(), clock, Reply(400, b"", retry_after="30"))
        await ours.start()
        answer = await ours.send(outbound(1))
        assert isinstance(answer, Rejected)
        assert (answer.wait_ms, ours.state().link) == (0, Link.READY)

    play(scene)


def test_receipts() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        ours = carrier(desk, clock)
        assert await ours.told({"id": "g1", "status": "delivered"})
        (receipt,) = desk.receipts
        assert (receipt.carrier, receipt.carrier_id) == ("gw", "g1")
        assert receipt.state is Delivery.DELIVERED
        desk.unknown = 1
        assert not await ours.told({"id": "g2", "status": "failed"})

    play(scene)


def test_messages() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        ours = carrier(desk, clock)
        links = "https://example.com/a.jpg javascript:x"
        await ours.told(
            {"from": "12025550123", "to": "(202) 555-0100", "text": "hi", "media": links}
        )
        await ours.told({"from": "Example", "to": "20255", "text": "hi", "mid": "m1"})
        first, second = desk.messages
        assert (first.sender, first.to, first.media) == (TO, OURS, ("https://example.com/a.jpg",))
        assert len(first.carrier_ref) == 32
        assert (second.sender, second.carrier_ref) == ("Example", "m1")

    play(scene)


def test_the_same_words_again_are_another_message() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        ours = carrier(desk, clock)
        for _ in range(2):
            await ours.told({"from": "12025550123", "to": "20255", "text": "1"})
        for _ in range(2):
            await ours.told({"from": "12025550123", "to": "20255", "text": "1", "mid": "m1"})
        assert [len(message.carrier_ref) for message in desk.messages] == [32, 0, 2, 2]
        desk.trouble = 1
        told = {"from": "12025550123", "to": "20255", "text": "2"}
        with pytest.raises(RuntimeError):
            await ours.told(told)
        await ours.told(told)
        assert len(desk.messages[-1].carrier_ref) == 32, "our no, and it came again"

    play(scene)


def test_a_message_that_is_not_safe_is_not_acknowledged() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        desk.trouble = 1
        with pytest.raises(RuntimeError):
            await carrier(desk, clock).told({"from": "1", "to": "20255"})
        with pytest.raises(RemoteError):
            await carrier(desk, clock).told({"hello": "world"})

    play(scene)
