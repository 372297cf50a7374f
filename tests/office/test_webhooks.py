"""Servers are told, as JSON, what happens to messages: once, in order, and only what they may."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging import message as life
from ringfence.messaging.carrier import Inbound
from ringfence.office import Office, webhooks
from ringfence.office.messaging.incoming import Incoming
from ringfence.privacy.purposes import purpose

pytestmark = pytest.mark.anyio

OURS, BRITISH = "+447700900100", "+447700900123"
URL, OTHER = "https://example.com/in", "https://example.org/in"
SAID = "Is it open on Sundays?"


async def run(office: Office, use: str, /, **args: Any) -> Any:
    return await office.run(use, args, actor="operator")


@pytest.fixture
async def ready(office: Office) -> None:
    await run(office, "number.add", number=OURS, twiml="<Response/>")


def told(office: Office) -> list[tuple[str, dict[str, Any]]]:
    """Every URL that is to be told something, and what, in the order it was kept."""
    deliveries, found = office.store.rooms.deliveries, []
    for state in ("ready", "behind"):
        found += deliveries.page(office.store.db.reading, state, count=100)
    messages = []
    for one in sorted(found, key=lambda one: one.sequence):
        assert (one.kind, one.call) == ("event", None)
        with purpose("deliver_content"):
            message = deliveries.message(one)
        body = msgspec.json.decode(message.body)
        assert body["type"] == one.event
        messages.append((message.url, body))
    return messages


async def came(office: Office, text: str = SAID) -> str:
    message = Inbound(carrier="spoken", sender=Phone(BRITISH), to=Phone(OURS), text=text, at=1)  # type: ignore[arg-type]
    await Incoming(office).inbound(message)
    newest = (await run(office, "message.list", to=OURS, limit=1)).messages[0]
    return str(newest.sid)


async def test_who_is_told_of_what_is_set_up_and_taken_away(office: Office) -> None:
    first = await run(office, "webhook.add", url=URL)
    assert (first.url, first.events) == (URL, list(webhooks.EVENTS.values()))
    wanted = ["message.sent", "message.received"]
    second = await run(office, "webhook.add", url=OTHER, events=wanted)
    assert second.events == ["message.received", "message.sent"]
    assert await run(office, "webhook.list") == [first, second]
    assert await run(office, "webhook.show", sid=second.sid) == second
    await run(office, "webhook.remove", sid=first.sid)
    assert await run(office, "webhook.list") == [second]
    await run(office, "webhook.add", url=URL)  # a URL that was taken away may come back


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"url": "nonsense"}, "bad_url"),
        ({"url": "http://127.0.0.1/in"}, "private_address"),
        ({"url": URL, "events": []}, "bad_argument"),
        ({"url": URL, "events": ["message.nonsense"]}, "bad_argument"),
        ({"url": OTHER}, "exists"),
    ],
)
async def test_what_cannot_be_told_is_refused(
    office: Office, args: dict[str, Any], code: str
) -> None:
    await run(office, "webhook.add", url=OTHER)
    with pytest.raises(Refused) as refused:
        await run(office, "webhook.add", **args)
    assert refused.value.code == code


async def test_there_may_be_only_so_many(office: Office, monkeypatch: Any) -> None:
    monkeypatch.setattr(webhooks, "WEBHOOKS_MAX", 1)
    await run(office, "webhook.add", url=URL)
    with pytest.raises(Refused, match="too_many"):
        await run(office, "webhook.add", url=OTHER)


@pytest.mark.usefixtures("ready")
async def test_a_message_that_came_in_is_told_with_its_text(office: Office) -> None:
    await run(office, "webhook.add", url=URL)
    await run(office, "webhook.add", url=OTHER, events=["message.sent"])
    sid = await came(office)
    ((url, body),) = told(office)
    assert url == URL
    assert body["account"] == office.account.id
    assert body["message"] == {
        "sid": sid, "direction": "inbound", "status": "received", "from": BRITISH, "to": OURS,
        "segments": 1, "media": 0, "body": SAID,
    }  # fmt: skip


@pytest.mark.usefixtures("ready")
async def test_what_became_of_one_is_told_in_order_and_without_its_text(office: Office) -> None:
    await run(office, "webhook.add", url=URL)
    sid = (await run(office, "message.send", to=BRITISH, sender=OURS, text=SAID)).sid
    now = office.clock.now()
    for fact in (
        life.MessageTaken(at=now, message=sid, attempt=1),
        life.MessageSent(at=now, message=sid, carrier="spoken", parts=1),
        life.MessageUndelivered(at=now, message=sid, cause="unknown", code=30003),
    ):
        await office.write(lambda tx, fact=fact: happen(office, tx, fact))  # type: ignore[misc]
    bodies = [body for _, body in told(office)]
    assert [body["type"] for body in bodies] == ["message.sent", "message.undelivered"]
    assert bodies[1]["message"] == {
        "sid": sid, "direction": "api", "status": "undelivered", "from": OURS, "to": BRITISH,
        "segments": 1, "media": 0, "error": 30003,
    }  # fmt: skip


def happen(office: Office, tx: Any, fact: Any) -> None:
    office.store.rooms.texts.happen(tx, fact)
    office.post.keep_callback(tx, fact)


@pytest.mark.usefixtures("ready")
async def test_without_a_webhook_nothing_is_kept(office: Office) -> None:
    gone = await run(office, "webhook.add", url=URL)
    await run(office, "webhook.remove", sid=gone.sid)
    await came(office)
    assert told(office) == []
    fact = life.MessageCanceled(at=office.clock.now(), message="SM1")  # type: ignore[arg-type]
    assert not webhooks.anywhere(office, fact)


@pytest.mark.usefixtures("ready")
async def test_a_redacted_message_is_told_to_nobody_any_more(office: Office) -> None:
    await run(office, "webhook.add", url=URL)
    sid = await came(office)
    await run(office, "message.redact", sid=sid)
    with pytest.raises(Refused, match="erased"):
        told(office)


@pytest.mark.usefixtures("ready")
async def test_of_one_that_is_gone_nothing_is_told(office: Office) -> None:
    await run(office, "webhook.add", url=URL)
    fact = life.MessageDelivered(at=office.clock.now(), message=await came(office))
    await run(office, "message.delete", sid=fact.message)
    await office.write(lambda tx: webhooks.tell(office, tx, fact))
    found = office.store.rooms.deliveries.page(office.store.db.reading, "ready", count=10)
    assert [one.event for one in found] == ["message.received"], "and that says nothing any more"


async def test_another_account_is_told_of_its_own_alone(office: Office) -> None:
    made = await run(office, "account.add", name="Below")
    below = office.of(made.sid)
    await below.run("webhook.add", {"url": URL}, actor=f"account:{made.sid}")
    fact = life.MessageSent(at=office.clock.now(), message="SM1", carrier="x", parts=1)  # type: ignore[arg-type]
    assert webhooks.anywhere(office, fact)
    await run(office, "number.add", number=OURS, twiml="<Response/>")
    await came(office)
    assert told(office) == told(below) == []
