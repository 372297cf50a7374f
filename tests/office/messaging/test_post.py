"""The post: what a carrier is handed, what its answers lead to, and what a kill leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from spoken_carrier import until

from ringfence.markup.exchange import Callback
from ringfence.messaging.carrier import Cause, Link, Rejected
from ringfence.office import Office
from ringfence.office.messaging.post import Post

pytestmark = pytest.mark.anyio

OURS, BRITISH = "+447700900100", "+447700900123"
TOLD = "https://example.com/told"


@pytest.fixture
async def post(
    office: Office, carrier: Any, ready: Any, monkeypatch: Any
) -> AsyncIterator[list[Callback]]:
    """The post of the office at work; what it told."""
    await ready()
    told: list[Callback] = []
    monkeypatch.setattr("ringfence.office.messaging.post.told", lambda _, found: found)
    monkeypatch.setattr(office.postbox, "add", lambda _tx, found, _now: told.append(found))
    await office.post.start(carrier)
    yield told
    await office.post.stop()


async def send(run: Any, **more: Any) -> Any:
    return await run("message.send", **({"to": BRITISH, "text": "Hello", "sender": OURS} | more))


async def state(run: Any, sid: str, wanted: str) -> Any:
    async with asyncio.timeout(30):
        while True:
            found = await run("message.show", sid=sid)
            if found.status == wanted:
                return found
            await asyncio.sleep(0.01)


async def test_a_message_goes_to_a_carrier_and_its_sender_hears(
    run: Any, post: list[Callback], carrier: Any
) -> None:
    made = await send(run, callback=TOLD, valid_s=60)
    sent = await state(run, made.sid, "sent")
    assert (sent.carrier, sent.attempts) == ("spoken", 1)
    (got,) = carrier.got
    assert (got.id, got.to.e164, got.text) == (made.sid, BRITISH, "Hello")
    assert 0 < got.valid_ms <= 60_000
    await until(lambda: bool(post))
    (callback,) = post
    params = dict(callback.params)
    assert (params["MessageStatus"], params["MessageSid"]) == ("sent", made.sid)
    assert (params["To"], params["From"]) == (BRITISH, OURS)
    assert (callback.subject, callback.kind) == (made.sid, "message")


async def test_what_a_carrier_refuses_has_its_number(
    run: Any, post: list[Callback], carrier: Any
) -> None:
    carrier.answer = lambda m: Rejected(m.id, Cause.BLOCKED, "ESME_RINVDSTADR", 11, False)
    made = await send(run, callback=TOLD)
    failed = await state(run, made.sid, "failed")
    assert (failed.error, failed.cause) == (30004, "blocked")
    await until(lambda: bool(post))
    assert dict(post[0].params)["ErrorCode"] == "30004"


async def test_a_carrier_that_is_busy_is_asked_again(
    office: Office, run: Any, post: list[Callback], carrier: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("ringfence.office.messaging.post.TEXT_AGAIN_MS", 20)

    def busy_twice(message: Any) -> Any:
        if len(carrier.got) < 3:
            return Rejected(message.id, Cause.BUSY, "ESME_RTHROTTLED", 88, True)
        return carrier.accept(message)

    carrier.answer = busy_twice
    made = await send(run)
    sent = await state(run, made.sid, "sent")
    assert sent.attempts == 3
    assert {got.id for got in carrier.got} == {made.sid}
    assert office.post.counts["again"] == 2


async def test_a_carrier_that_asks_for_peace_has_it(
    office: Office, run: Any, post: list[Callback], carrier: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("ringfence.office.messaging.post.TEXT_AGAIN_MS", 20)

    def asks(message: Any) -> Any:
        carrier.link = Link.WAITING
        return Rejected(message.id, Cause.BUSY, "HTTP 429", 429, True, wait_ms=60_000)

    carrier.answer = asks
    made = await send(run)
    await until(lambda: office.post.counts["again"] > 0)
    carrier.answer, carrier.link = carrier.accept, Link.READY
    office.post.wake()
    await asyncio.sleep(0.3)
    assert (await run("message.show", sid=made.sid)).status == "queued"
    assert len(carrier.got) == 1, "not before its time, which is a minute away"


async def test_nobody_is_asked_for_ever(run: Any, post: list[Callback], carrier: Any) -> None:
    carrier.answer = lambda m: Rejected(m.id, Cause.UNAVAILABLE, "down", 0, True)
    made = await send(run, valid_s=1)
    failed = await state(run, made.sid, "failed")
    assert failed.error == 30036


async def test_messages_wait_for_a_carrier(run: Any, post: list[Callback], carrier: Any,
                                           office: Office) -> None:  # fmt: skip
    carrier.link = Link.WAITING
    made = await send(run)
    await asyncio.sleep(0.1)
    assert (await run("message.show", sid=made.sid)).status == "queued"
    carrier.link = Link.READY
    office.post.wake()
    await state(run, made.sid, "sent")


@pytest.mark.promise("MSG-04")
async def test_who_stops_while_a_message_waits_does_not_get_it(
    run: Any, post: list[Callback], carrier: Any, office: Office
) -> None:
    carrier.link = Link.WAITING
    made = await send(run)
    await run("privacy.leave_alone.add", number=BRITISH, which="texts")
    carrier.link = Link.READY
    office.post.wake()
    failed = await state(run, made.sid, "failed")
    assert (failed.error, failed.cause, carrier.got) == (21610, "stopped", [])


async def test_what_a_killed_process_left_is_sent_and_what_is_known_is_not_sent_again(
    office: Office, run: Any, carrier: Any, ready: Any
) -> None:
    await ready()
    known, unknown = await send(run), await send(run)
    texts = office.store.rooms.texts
    now = office.clock.now()
    taken = await office.write(lambda tx: texts.take(tx, now=now, count=2))
    assert len(taken) == 2
    first = Post(office)
    first.carriers = carrier
    text = next(text for text in taken if text.id == known.sid)
    fact, parts = await first._send(text)
    await first._settle(text, fact, parts)
    carrier.got.clear()  # killed here: of the other one no answer was written
    await office.post.start(carrier)
    sent = await state(run, unknown.sid, "sent")
    assert sent.attempts == 2
    assert [got.id for got in carrier.got] == [unknown.sid]
    assert carrier.got[0].text == "Hello"  # opened again: nothing was at hand
    await office.post.stop()


async def test_a_carrier_that_breaks_loses_nothing(
    run: Any, post: list[Callback], carrier: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("ringfence.office.messaging.post.TEXT_AGAIN_MS", 20)

    def break_once(message: Any) -> Any:
        if len(carrier.got) == 1:
            raise ZeroDivisionError
        return carrier.accept(message)

    carrier.answer = break_once
    made = await send(run)
    await state(run, made.sid, "sent")


async def test_a_template_and_a_campaign_go_with_the_message(
    run: Any, post: list[Callback], carrier: Any
) -> None:
    await run(
        "message.template.add", name="code", text="Your code is {#var#}. -EXAMPL",
        header="EXAMPL", entity="1101", registration="1107",
    )  # fmt: skip
    made = await send(
        run, to="+910000000000", sender="EXAMPL", text="Your code is 1. -EXAMPL",
        media=["https://example.com/a.png"],
    )  # fmt: skip
    await state(run, made.sid, "sent")
    (got,) = carrier.got
    assert (got.registration.entity, got.registration.template) == ("1101", "1107")
    assert (got.sender, got.media) == ("EXAMPL", ("https://example.com/a.png",))


async def test_many_go_out_at_once_and_each_once(run: Any, post: Any, carrier: Any) -> None:
    carrier.hold = asyncio.Event()
    made = await asyncio.gather(*(send(run, text=f"n{n}") for n in range(60)))
    await until(lambda: len(carrier.got) == 60)
    carrier.hold.set()
    for one in made:
        await state(run, one.sid, "sent")
    assert sorted(got.id for got in carrier.got) == sorted(one.sid for one in made)


async def test_a_message_has_its_price_once_it_is_sent(
    office: Office, run: Any, post: list[Callback], carrier: Any
) -> None:
    await run("tariff.set", service="sms-outbound", price="0.04", to="GB", currency="EUR")
    made = await send(run, text="x" * 200)
    assert (made.price, made.currency) == (None, None)
    sent = await state(run, made.sid, "sent")
    assert (sent.price, sent.currency) == ("0.08", "EUR")
    assert (await run("balance.show")).amount == "-0.08"


async def test_what_waited_until_the_credit_was_gone_is_not_sent(
    office: Office, run: Any, post: list[Callback], carrier: Any
) -> None:
    await run("tariff.set", service="sms-outbound", price="0.04", currency="EUR")
    carrier.link = Link.WAITING
    made = await send(run)
    await run("balance.limit", amount="0")
    carrier.link = Link.READY
    office.post.wake()
    failed = await state(run, made.sid, "failed")
    assert (failed.error, failed.price) == (30002, None)
    assert carrier.got == []
