"""Text messages listed, shown, called back, redacted and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, select

from ringfence.kernel.errors import Refused
from ringfence.messaging import message as life
from ringfence.office import Office
from ringfence.storage.schema import audit_records
from ringfence.storage.statement import Statement

pytestmark = pytest.mark.anyio

KINDS = Statement(select(audit_records.c.kind).where(audit_records.c.leaf >= bindparam("leaf")))
OURS, BRITISH = "+447700900100", "+447700900123"


async def send(run: Any, to: str = BRITISH, **more: Any) -> Any:
    return await run("message.send", to=to, text="Hello", sender=OURS, **more)


async def fail(office: Office, sid: Any) -> None:
    fact = life.MessageFailed(at=office.clock.now(), message=sid, cause="filtered", code=30007)
    await office.write(lambda tx: office.store.rooms.texts.happen(tx, fact))


async def refused(run: Any, use: str, **args: Any) -> str:
    with pytest.raises(Refused) as found:
        await run(use, **args)
    return found.value.code


async def test_messages_are_listed_newest_first_and_found(run: Any, ready: Any) -> None:
    await ready()
    sent = [(await send(run, to)).sid for to in (BRITISH, "+447700900124", BRITISH)]
    page = await run("message.list", limit=2)
    assert ([m.sid for m in page.messages], page.next) == (sent[:0:-1], sent[1])
    rest = await run("message.list", limit=2, before=page.next)
    assert ([m.sid for m in rest.messages], rest.next) == (sent[:1], None)
    mine = await run("message.list", to=BRITISH, sender=OURS)
    assert [m.sid for m in mine.messages] == [sent[2], sent[0]]
    for nothing in (
        {"sender": BRITISH},
        {"to": OURS},
        {"to": "+447700900199"},
        {"to": "nobody"},
        {"to": OURS, "sender": OURS},
        {"to": BRITISH, "sender": BRITISH},
        {"since": 2**45},
        {"until": 1},
    ):
        assert (await run("message.list", **nothing)).messages == [], nothing
    assert len((await run("message.list", since=1, until=2**45)).messages) == 3


async def test_the_people_of_a_list_are_opened_together(
    office: Office, run: Any, ready: Any
) -> None:
    await ready()
    for to in (BRITISH, "+447700900124", "+447700900125", BRITISH):
        await send(run, to)
    await office.settled()
    leaves = office.store.store.trail.size
    page = await run("message.list")
    assert sorted({m.to for m in page.messages}) == [BRITISH, "+447700900124", "+447700900125"]
    await office.settled()
    kinds = [row[0] for row in office.store.db.reading.rows(KINDS, (leaves,))]
    assert kinds.count("page") == 1
    assert kinds.count("opened") == 4  # what the four of them say
    await run("privacy.restrict", number=BRITISH, reason="accuracy")
    again = await run("message.list")
    assert {(m.to, m.body, m.withheld) for m in again.messages} == {
        (None, None, "restricted"), ("+447700900124", "Hello", None),
        ("+447700900125", "Hello", None),
    }  # fmt: skip


async def test_one_is_shown_with_its_story(office: Office, run: Any, ready: Any) -> None:
    await ready()
    made = await send(run)
    await fail(office, made.sid)
    story = await run("message.story", sid=made.sid)
    assert (story.message.status, story.message.error) == ("failed", 30007)
    assert [fact.name for fact in story.facts] == ["MessageAsked", "MessageFailed"]
    assert "party" not in story.facts[0].facts
    assert await refused(run, "message.show", sid="SM" + "0" * 32) == "not_found"
    assert await refused(run, "message.show", sid="../x") == "not_found"


async def test_a_message_is_redacted_once_it_is_over(office: Office, run: Any, ready: Any) -> None:
    await ready()
    made = await send(run, media=["https://example.com/a.png"])
    assert await refused(run, "message.redact", sid=made.sid) == "in_progress"
    assert await refused(run, "message.delete", sid=made.sid) == "in_progress"
    await fail(office, made.sid)
    again = await run("message.redact", sid=made.sid)
    assert (again.body, again.media, again.to) == (None, 0, BRITISH)
    assert await run("message.media", sid=made.sid) == []
    await run("message.delete", sid=made.sid)
    assert await refused(run, "message.show", sid=made.sid) == "not_found"


async def test_pictures_are_shown_and_forgotten(run: Any, ready: Any) -> None:
    await ready()
    made = await send(run, media=["https://example.com/a.png"])
    (picture,) = await run("message.media", sid=made.sid)
    assert picture.url == "https://example.com/a.png"
    assert await run("message.media.show", sid=made.sid, medium=picture.sid) == picture
    await run("message.media.delete", sid=made.sid, medium=picture.sid)
    assert await run("message.media", sid=made.sid) == []


async def test_only_what_waits_is_called_back_and_only_what_was_sent_is_rated(
    office: Office, run: Any, ready: Any
) -> None:
    await ready()
    made = await send(run)
    assert await refused(run, "message.rate", sid=made.sid) == "not_sent"
    assert (await run("message.cancel", sid=made.sid)).status == "canceled"
    assert await refused(run, "message.cancel", sid=made.sid) == "not_waiting"
    assert await refused(run, "message.rate", sid=made.sid, outcome="maybe") == "bad_argument"


async def test_of_an_erased_person_the_record_stays_without_them(
    office: Office, run: Any, ready: Any
) -> None:
    await ready()
    made = await send(run)
    await fail(office, made.sid)
    plan = await run("privacy.erase.plan", address=BRITISH)
    await run("privacy.erase.execute", sid=plan.sid)
    found = await run("message.show", sid=made.sid)
    assert (found.body, found.to, found.sender) == (None, None, OURS)
    assert found.withheld == "erased"
