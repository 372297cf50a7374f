"""Messages and lists at rest."""

from dataclasses import replace

import pytest

from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.ids import MessageId, make
from ringfence.messaging.permission import Subscription
from ringfence.storage.messages import Message


def do(store, work):
    return store.db.submit(work).result(5)


@pytest.fixture
def messages(rooms):
    return rooms.messages


@pytest.fixture
def message(clock):
    return Message(
        MessageId(make("message", clock.now(), SystemEntropy())),
        *("missed_call", "service", "email", "service", "", "missed:CA1", "queued"),
        None,
        clock.now(),
        None,
    )


@pytest.mark.promise("MSG-01")
def test_one_reason_leads_to_one_message(store, messages, message, clock):
    lookup = messages.lookup("a@example.com")
    assert do(store, lambda tx: messages.add(tx, message, lookup))
    other = replace(message, id=MessageId(make("message", clock.advance(1), SystemEntropy())))
    assert not do(store, lambda tx: messages.add(tx, other, lookup))
    assert do(store, lambda tx: messages.add(tx, replace(other, reason="missed:CA2"), lookup))
    assert [found.reason for found in messages.newest(store.db.reading, count=9)] == [
        "missed:CA2",
        "missed:CA1",
    ]
    assert messages.whom(store.db.reading, message.id) == (lookup, "service")
    assert messages.whom(store.db.reading, MessageId("SM")) is None


def test_how_a_message_fared_is_kept(store, messages, message, clock):
    do(store, lambda tx: messages.add(tx, message, messages.lookup("a@example.com")))
    do(store, lambda tx: messages.settle(tx, message.id, "failed", 9, error="mail_refused"))
    [found] = messages.newest(store.db.reading, count=9)
    assert (found.state, found.error, found.settled_at) == ("failed", "mail_refused", 9)


def test_an_address_is_known_by_its_keyed_hash_alone(store, messages, message, tmp_path):
    assert messages.lookup("A@Example.com") == messages.lookup("a@example.com")
    assert messages.lookup("a@example.com") != messages.lookup("b@example.com")
    do(store, lambda tx: messages.add(tx, message, messages.lookup("canary@example.com")))
    store.close()
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes()


def test_who_is_left_alone_by_any_door_gets_no_advertising(store, rooms, messages):
    address = "mailto:a@example.com"
    do(
        store,
        lambda tx: rooms.consents.suppress(tx, address, "marketing", how="cli", by="owner", now=1),
    )
    assert messages.is_suppressed(store.db.reading, messages.lookup("a@example.com"))


def test_who_declines_leaves_every_list_and_stays_away(store, messages):
    lookup = messages.lookup("a@example.com")
    reading = store.db.reading
    item = Subscription("news", "consent", "C1")
    do(store, lambda tx: messages.subscribe(tx, lookup, item, 1))
    newer = replace(item, evidence="C2")
    do(store, lambda tx: messages.subscribe(tx, lookup, newer, 2))
    assert messages.subscriptions(reading, lookup) == [newer]
    assert not messages.is_suppressed(reading, lookup)
    do(store, lambda tx: messages.suppress(tx, lookup, how="page", at=3))
    do(store, lambda tx: messages.suppress(tx, lookup, how="page", at=4))
    assert messages.subscriptions(reading, lookup) == []
    assert messages.is_suppressed(reading, lookup)
    assert not messages.is_suppressed(reading, messages.lookup("b@example.com"))
