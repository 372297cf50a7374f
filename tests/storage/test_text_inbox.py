"""Messages that came in: which are unread, and by which index that is known."""

from __future__ import annotations

import pytest

from ringfence.kernel import ids
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.phone import Phone
from ringfence.messaging import message as life
from ringfence.storage import text_inbox
from ringfence.storage.texts import NewText

PERSON, OURS = "+12025550123", "+12025550100"


@pytest.fixture
def came(store, rooms, clock):
    number = ids.make("number", clock.now(), SystemEntropy())

    def arrive(*, unread=True):
        clock.advance(1)
        now = clock.now()
        sid = ids.make("message", now, SystemEntropy())
        party = rooms.parties.resolve(Phone(PERSON), now)
        begun = life.MessageArrived(
            at=now, message=sid, account=rooms.account.id, party=party, number=number,
            direction="inbound",
        )  # fmt: skip
        new = NewText(begun=begun, own=OURS, body="hello", unread=unread)
        store.db.submit(lambda tx: rooms.texts.add(tx, new)).result(5)
        return sid

    arrive.number = number
    return arrive


def test_unread_first_and_counted(store, rooms, clock, came):
    first, _read, third = came(), came(unread=False), came()
    reading, account = store.db.reading, rooms.account.id
    found = text_inbox.page(reading, account, count=9, unread=True)
    assert [text.id for text in found] == [third, first]
    assert text_inbox.unread(reading, account) == {came.number: 2}
    assert len(text_inbox.page(reading, account, count=9)) == 3
    seen = life.MessageSeen(at=clock.now(), message=first)
    store.db.submit(lambda tx: rooms.texts.happen(tx, seen)).result(5)
    assert text_inbox.unread(reading, account) == {came.number: 1}


def test_unread_messages_are_found_by_their_own_index(store, rooms, came):
    came()
    statement = text_inbox._page(True, False, False)
    plan = store.db.reading._cursor.execute(
        f"EXPLAIN QUERY PLAN {statement.sql}", (rooms.account.id, "SN", 9)
    ).fetchall()
    assert "ix_texts_unread" in plan[0][3]
