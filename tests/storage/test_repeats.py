"""Requests at rest: carried out once, answered alike, gone after a day."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import IDEMPOTENCY_HOURS
from ringfence.privacy.purposes import purpose

DAY = IDEMPOTENCY_HOURS * 3_600_000


def run(store, work):
    return store.db.submit(work).result(5)


def test_what_was_answered_is_answered_again_for_a_day(store, rooms):
    repeats = rooms.repeats
    found = repeats.lookup("api", "k")
    assert run(store, lambda tx: repeats.begin(tx, found, "f1", now=5)) is None
    open_ = run(store, lambda tx: repeats.begin(tx, found, "f1", now=6))
    assert (open_.same, open_.status) == (True, None)
    run(store, lambda tx: repeats.finish(tx, found, 201, b"answer-word"))
    before = run(store, lambda tx: repeats.begin(tx, found, "f1", now=7))
    assert (before.same, before.status) == (True, 201)
    with purpose("deliver_content"):
        assert repeats.answer(found, before) == b"answer-word"
    with pytest.raises(Refused, match="purpose_missing"):
        repeats.answer(found, before)
    assert run(store, lambda tx: repeats.begin(tx, found, "f1", now=5 + DAY)) is None


def test_another_request_under_the_key_is_noticed_and_another_caller_is_not(store, rooms):
    repeats = rooms.repeats
    found = repeats.lookup("api", "k")
    run(store, lambda tx: repeats.begin(tx, found, "f1", now=5))
    assert not run(store, lambda tx: repeats.begin(tx, found, "f2", now=5)).same
    other = repeats.lookup("key:SK1", "k")
    assert run(store, lambda tx: repeats.begin(tx, other, "f1", now=5)) is None


def test_a_request_can_be_forgotten_and_so_can_all(store, rooms):
    repeats = rooms.repeats
    lookups = [repeats.lookup("api", key) for key in "abc"]
    for found in lookups:
        run(store, lambda tx, found=found: repeats.begin(tx, found, "f", now=5))
    run(store, lambda tx: repeats.forget(tx, lookups[0]))
    assert repeats.count(store.db.reading) == 2
    run(store, repeats.forget_all)
    assert repeats.count(store.db.reading) == 0


def test_neither_key_nor_request_nor_answer_is_in_the_file(store, rooms):
    repeats = rooms.repeats
    found = repeats.lookup("api", "key-word")
    run(store, lambda tx: repeats.begin(tx, found, "print-word", now=5))
    run(store, lambda tx: repeats.finish(tx, found, 200, b"answer-word"))
    store.close()
    for path in store.folder.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for needle in (b"key-word", b"print-word", b"answer-word"):
                assert needle not in content, path


def test_a_large_answer_is_known_and_not_kept(store, rooms):
    repeats = rooms.repeats
    found = repeats.lookup("api", "k")
    run(store, lambda tx: repeats.begin(tx, found, "f", now=5))
    run(store, lambda tx: repeats.finish(tx, found, 200, None))
    before = run(store, lambda tx: repeats.begin(tx, found, "f", now=5))
    assert (before.status, repeats.answer(found, before)) == (200, None)
