"""What people wrote: unread, read, found by what it says, answered; openings are written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from spoken_carrier import until

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Inbound
from ringfence.office import Office
from ringfence.office.messaging.incoming import Incoming

pytestmark = pytest.mark.anyio

OURS, OTHER, BRITISH, SECOND = (
    "+447700900100", "+447700900101", "+447700900123", "+447700900124",
)  # fmt: skip


@pytest.fixture
async def write(office: Office, carrier: Any, ready: Any, run: Any) -> AsyncIterator[Any]:
    await ready()
    await run("number.add", number=OTHER, twiml="<Response/>")
    await office.post.start(carrier)

    async def came(text: str, *, sender: str = BRITISH, to: str = OURS) -> None:
        await Incoming(office).inbound(
            Inbound(carrier="spoken", sender=Phone(sender), to=Phone(to), text=text, at=1)  # type: ignore[arg-type]
        )

    yield came
    await office.post.stop()


async def bodies(run: Any, **asked: Any) -> list[str]:
    return [message.body for message in (await run("inbox.list", **asked)).messages]


async def test_what_came_is_unread_until_it_is_read(run: Any, write: Any) -> None:
    await write("First")
    await write("Second", to=OTHER)
    assert await bodies(run, unread=True) == ["Second", "First"]
    count = await run("inbox.count")
    assert (count.unread, {one.number: one.unread for one in count.numbers}) == (
        2, {OURS: 1, OTHER: 1},
    )  # fmt: skip
    first = (await run("inbox.list", number=OURS)).messages[0]
    assert first.unread
    read = await run("inbox.read", sid=first.sid)
    assert (read.body, read.unread, read.status) == ("First", False, "received")
    assert await bodies(run, unread=True) == ["Second"]
    assert (await run("inbox.mark", sid=first.sid, unread=True)).unread
    assert (await run("inbox.count")).unread == 2


async def test_keywords_are_for_nobody(run: Any, write: Any) -> None:
    await write("STOP")
    assert (await run("inbox.count")).unread == 0
    assert await bodies(run) == ["STOP"]


async def test_it_is_found_by_who_wrote_it_and_what_it_says(run: Any, write: Any) -> None:
    await write("Where is my PARCEL?")
    await write("Good morning", sender=SECOND)
    await write("parcel came", sender=SECOND)
    assert await bodies(run, text="parcel") == ["parcel came", "Where is my PARCEL?"]
    assert await bodies(run, text="parcel", sender=SECOND) == ["parcel came"]
    assert await bodies(run, sender="+447700900999") == []
    page = await run("inbox.list", text="parcel", limit=1)
    assert [message.body for message in page.messages] == ["parcel came"]
    assert await bodies(run, text="parcel", before=page.next) == ["Where is my PARCEL?"]


async def test_pages(run: Any, write: Any) -> None:
    for number in range(3):
        await write(f"number {number}")
    page = await run("inbox.list", limit=2)
    assert [message.body for message in page.messages] == ["number 2", "number 1"]
    assert await bodies(run, limit=2, before=page.next) == ["number 0"]


async def test_an_answer_goes_from_the_number_they_wrote_to(
    run: Any, write: Any, carrier: Any
) -> None:
    await write("At nine?", to=OTHER)
    came = (await run("inbox.list")).messages[0]
    made = await run("inbox.reply", sid=came.sid, text="At ten.")
    assert (made.direction, made.to, made.sender) == ("reply", BRITISH, OTHER)
    await until(lambda: len(carrier.got) == 1)
    assert (carrier.got[0].text, carrier.got[0].sender.e164) == ("At ten.", OTHER)
    assert (await run("inbox.count")).unread == 0
    with pytest.raises(Refused, match="did not come in"):
        await run("inbox.read", sid=made.sid)


async def test_every_opening_is_a_leaf(run: Any, write: Any, office: Office) -> None:
    await write("For your eyes")
    came = (await run("inbox.list")).messages[0]

    async def opened() -> int:
        await office.settled()
        await asyncio.sleep(0)
        query = "SELECT count(*) FROM audit_records WHERE kind = 'opened' AND body LIKE ?"
        return int(
            office.store.db.reading._cursor.execute(query, (f"%text:{came.sid}%",)).fetchall()[0][0]
        )

    before = await opened()
    await run("inbox.read", sid=came.sid)
    assert await opened() == before + 1
