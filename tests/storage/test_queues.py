"""Queues: one row each, by a sealed name that no other has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import QueueId
from ringfence.privacy.purposes import purpose
from ringfence.storage.queues import Queue

SUPPORT = Queue(id=QueueId("QU" + "1" * 32), name="support", max_size=5, created_at=1, updated_at=1)
SALES = replace(SUPPORT, id=QueueId("QU" + "2" * 32), name="sales")


def run(store, work):
    return store.db.submit(work).result(5)


def all_of(rooms, store):
    with purpose("operate"):
        return rooms.queues.all(store.db.reading)


def test_queues_are_kept_changed_and_dropped(rooms, store):
    for queue in (SUPPORT, SALES):
        run(store, lambda tx, queue=queue: rooms.queues.put(tx, queue))
    assert all_of(rooms, store) == [SUPPORT, SALES]
    changed = replace(SUPPORT, name="help", max_size=9, updated_at=7)
    run(store, lambda tx: rooms.queues.change(tx, changed))
    run(store, lambda tx: rooms.queues.drop(tx, SALES.id))
    assert all_of(rooms, store) == [changed]


def test_a_name_is_one_queue_s(rooms, store):
    run(store, lambda tx: rooms.queues.put(tx, SUPPORT))
    for work in (
        lambda tx: rooms.queues.put(tx, replace(SALES, name="support")),
        lambda tx: (
            rooms.queues.put(tx, SALES),
            rooms.queues.change(tx, replace(SALES, name="support")),
        ),
    ):
        with pytest.raises(Refused) as refused:
            run(store, work)
        assert refused.value.code == "queue_exists"


def test_a_queue_that_a_caller_opened(rooms, store):
    rooms.queues.opened(SUPPORT.id, "support", 100, 5)
    run(store, lambda _: None)
    (found,) = all_of(rooms, store)
    assert (found.name, found.max_size, found.created_at) == ("support", 100, 5)


def test_names_are_shown_to_nobody(rooms, store):
    run(store, lambda tx: rooms.queues.put(tx, SUPPORT))
    assert "support" not in repr(SUPPORT)
    with pytest.raises(Refused):
        rooms.queues.all(store.db.reading)
