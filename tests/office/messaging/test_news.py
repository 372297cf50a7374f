"""Messages in the stream of events: in order with calls, with nobody's number and no word said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from spoken_carrier import until

from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Inbound
from ringfence.messaging.message import FACTS
from ringfence.office import Office
from ringfence.office.messaging.incoming import Incoming
from ringfence.office.messaging.news import SENTENCES

pytestmark = pytest.mark.anyio

OURS, BRITISH = "+447700900100", "+447700900123"


@pytest.fixture
async def desk(office: Office, carrier: Any, ready: Any) -> AsyncIterator[Incoming]:
    await ready()
    await office.post.start(carrier)
    yield Incoming(office)
    await office.post.stop()


def hello() -> Inbound:
    return Inbound(carrier="spoken", sender=Phone(BRITISH), to=Phone(OURS), text="Hi", at=1)  # type: ignore[arg-type]


async def test_what_happens_to_messages_is_told(run: Any, desk: Incoming, office: Office) -> None:
    made = await run("message.send", to=BRITISH, text="Hello", sender=OURS)
    await until(lambda: office.post.counts["sent"] == 1)
    await desk.inbound(hello())
    page = await run("event.list")
    assert [event.type for event in page.events] == [
        "MessageAsked", "MessageTaken", "MessageSent", "MessageArrived",
    ]  # fmt: skip
    sent = page.events[2]
    assert (sent.message, sent.call) == (made.sid, None)
    assert sent.data == {"carrier": "spoken", "parts": 1}
    said = repr(page.events)
    assert "PA" not in said
    assert BRITISH[1:] not in said
    assert "Hello" not in said
    ids = [event.id for event in page.events]
    assert ids == sorted(set(ids))
    after = await run("event.list", before=str(ids[1]), types=["MessageArrived"])
    assert [event.id for event in after.events] == ids[3:]


async def test_whoever_follows_is_rung(run: Any, desk: Incoming, office: Office) -> None:
    rung = []
    office.store.rooms.texts.bells.add(lambda: rung.append(1))
    await run("message.send", to=BRITISH, text="Hello", sender=OURS)
    assert rung


async def test_messages_are_counted(run: Any, desk: Incoming, office: Office) -> None:
    await run("message.send", to=BRITISH, text="Hello", sender=OURS)
    await until(lambda: office.post.counts["sent"] == 1)
    await desk.inbound(hello())
    found = office.post.metrics()
    assert found["ringfence_messages_total"] == {"sent": 1, "received": 1}
    assert found["ringfence_carrier_messages_total"] == {"spoken": 2}
    assert found["ringfence_messages_unread"] == 1
    assert found["ringfence_messages_waiting"] == 0
    assert found["ringfence_carriers_faulty"] == 0


def test_every_fact_has_a_sentence() -> None:
    assert SENTENCES.keys() == {kind.name() for kind in FACTS}
