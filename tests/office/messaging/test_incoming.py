"""What carriers bring: receipts find their message, messages are kept, keywords are obeyed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from spoken_carrier import until

from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Accepted, Cause, Delivery, Inbound, Receipt
from ringfence.office import Office
from ringfence.office.messaging.incoming import Incoming

pytestmark = pytest.mark.anyio

OURS, BRITISH = "+447700900100", "+447700900123"


@pytest.fixture
async def desk(office: Office, carrier: Any, ready: Any) -> AsyncIterator[Incoming]:
    await ready()
    await office.post.start(carrier)
    yield Incoming(office)
    await office.post.stop()


def came(text: str, ref: str = "", **more: Any) -> Inbound:
    known = {"carrier": "spoken", "sender": Phone(BRITISH), "to": Phone(OURS), "at": 1}
    return Inbound(**(known | {"text": text, "carrier_ref": ref} | more))


def said(name: str, state: Delivery, cause: Cause | None = None) -> Receipt:
    return Receipt(carrier="spoken", carrier_id=name, state=state, cause=cause, at=1)  # type: ignore[arg-type]


async def sent(run: Any, desk: Any, carrier: Any, parts: tuple[str, ...] = ("a1",)) -> str:
    carrier.answer = lambda message: Accepted(message.id, parts)
    made = await run("message.send", to=BRITISH, text="Hello", sender=OURS)
    async with asyncio.timeout(30):
        while True:
            if (await run("message.show", sid=made.sid)).status == "sent":
                return str(made.sid)
            await asyncio.sleep(0.01)


async def inbox(run: Any) -> list[Any]:
    return list((await run("message.list", to=OURS)).messages)


async def test_a_receipt_says_that_it_arrived(run: Any, desk: Any, carrier: Any) -> None:
    sid = await sent(run, desk, carrier, ("a1", "a2"))
    assert await desk.receipt(said("a1", Delivery.DELIVERED))
    assert (await run("message.show", sid=sid)).status == "sent"
    assert await desk.receipt(said("a2", Delivery.ENROUTE))
    assert await desk.receipt(said("a2", Delivery.DELIVERED))
    assert (await run("message.show", sid=sid)).status == "delivered"
    assert not await desk.receipt(said("a2", Delivery.DELIVERED))  # nothing more is expected


async def test_a_receipt_says_why_it_did_not(run: Any, desk: Any, carrier: Any) -> None:
    sid = await sent(run, desk, carrier, ("a1", "a2"))
    assert await desk.receipt(said("a1", Delivery.UNDELIVERABLE, Cause.UNREACHABLE))
    found = await run("message.show", sid=sid)
    assert (found.status, found.error, found.cause) == ("undelivered", 30003, "unreachable")
    assert await desk.receipt(said("a2", Delivery.DELIVERED))
    assert (await run("message.show", sid=sid)).status == "undelivered"


async def test_a_receipt_nobody_knows_is_said_to_be_unknown(desk: Any) -> None:
    assert not await desk.receipt(said("zz", Delivery.DELIVERED))


async def test_a_message_is_kept_and_read(run: Any, desk: Any) -> None:
    await desk.inbound(came("Hello there", media=("https://example.com/a.png",)))
    (found,) = await inbox(run)
    assert (found.body, found.sender, found.to) == ("Hello there", BRITISH, OURS)
    assert (found.direction, found.status, found.media) == ("inbound", "received", 1)
    mine = await run("message.list", sender=BRITISH)
    assert [m.sid for m in mine.messages] == [found.sid]


async def test_what_a_carrier_brings_twice_came_once(run: Any, desk: Any) -> None:
    for _ in range(2):
        await desk.inbound(came("Hello", ref="r1"))
    await desk.inbound(came("Hello", ref="r2"))
    await desk.inbound(came("Hello"))
    assert len(await inbox(run)) == 3


async def test_a_message_to_a_number_nobody_has_is_dropped(run: Any, desk: Any) -> None:
    await desk.inbound(came("Hello", to=Phone("+447700900199")))
    assert (await run("message.list")).messages == []


async def test_a_word_can_write_to_us(run: Any, desk: Any, carrier: Any) -> None:
    await desk.inbound(came("STOP", sender="EXAMPLE"))
    assert len(await inbox(run)) == 1
    assert carrier.got == []


@pytest.mark.promise("MSG-04")
@pytest.mark.promise("TEL-10")
async def test_stop_is_obeyed_and_confirmed_once(run: Any, desk: Any, carrier: Any) -> None:
    await desk.inbound(came("Stop"))
    await until(lambda: len(carrier.got) == 1)
    assert "no more messages" in carrier.got[0].text
    choices = await run("privacy.consent.show", number=BRITISH)
    assert choices.no_marketing
    await desk.inbound(came("please stop"))
    await desk.inbound(came("yes please"))
    assert len(await inbox(run)) == 3
    await desk.inbound(came("START"))
    await until(lambda: len(carrier.got) == 2)
    assert "again" in carrier.got[1].text
    await desk.inbound(came("START"))  # they get messages already: it is theirs to read
    await run("message.send", to=BRITISH, text="Hello", sender=OURS)
    await until(lambda: len(carrier.got) == 3)
    assert (await run("privacy.consent.show", number=BRITISH)).no_marketing  # offers: not again


async def test_help_is_answered(run: Any, desk: Any, carrier: Any, office: Office) -> None:
    await desk.inbound(came("Help"))
    await until(lambda: len(carrier.got) == 1)
    assert office.account_name in carrier.got[0].text
    reply = (await run("message.list", sender=OURS)).messages[0]
    assert (reply.direction, reply.about) == ("reply", "keyword")
