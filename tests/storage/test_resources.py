"""Small documents: written whole, read whole, sealed for their place."""

import pytest

from ringfence.accounts.resources import Application, Hook
from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose

BODY = Application(name="Somebody's", voice=Hook(url="https://example.com/v", method="GET"))


def run(store, work):
    return store.db.submit(work).result(5)


def read(store, rooms):
    with purpose("operate"):
        return rooms.resources.all(store.db.reading)


def test_a_document_is_kept_changed_and_dropped(store, rooms):
    made = run(store, lambda tx: rooms.resources.add(tx, BODY, now=5))
    assert made.id.startswith("AP")
    assert read(store, rooms) == [made]
    other = Application(name="Other")
    changed = run(store, lambda tx: rooms.resources.change(tx, made, other, now=9))
    assert (changed.created_at, changed.changed_at) == (5, 9)
    assert read(store, rooms) == [changed]
    run(store, lambda tx: rooms.resources.drop(tx, made))
    assert read(store, rooms) == []


def test_what_there_may_be_once_is_once(store, rooms):
    run(store, lambda tx: rooms.resources.add(tx, BODY, now=5, once="one"))
    with pytest.raises(Refused) as refused:
        run(store, lambda tx: rooms.resources.add(tx, BODY, now=6, once="one"))
    assert refused.value.code == "exists"
    run(store, lambda tx: rooms.resources.add(tx, BODY, now=7, once="two"))
    assert len(read(store, rooms)) == 2


def test_nothing_said_rests_in_clear(store, rooms):
    run(store, lambda tx: rooms.resources.add(tx, BODY, now=5, once="Somebody's"))
    path = store.folder.database
    store.db.submit(lambda _: None).result(5)
    seen = b"".join(p.read_bytes() for p in path.parent.glob(path.name + "*"))
    assert b"Somebody" not in seen
    assert b"example.com/v" not in seen
