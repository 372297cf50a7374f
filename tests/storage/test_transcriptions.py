"""Transcriptions at rest: each voice under its own key, and settled once."""

import pytest

from ringfence.kernel import ids
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage import removal
from ringfence.storage.transcriptions import Said, Voice

WORDS = (Said(0, "call me back", 0.8), Said(1200, "tomorrow", 0.7))


@pytest.fixture
def caller(rooms, clock, settle):
    found = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    settle()
    return found


@pytest.fixture
def made(store, rooms, story, clock, entropy_name=None):
    one = story()
    name = ids.make("transcription", clock.now(), store.entropy)
    add(store, rooms, name, one, clock)
    return name, one


def add(store, rooms, name, one, clock, state="waiting"):
    store.db.submit(lambda tx: rooms.transcriptions.add(
        tx, name, call=one.call, recording=one.recording, state=state, language="en-GB",
        callback=("https://example.com/t", "POST"), now=clock.now())).result(5)  # fmt: skip


def settle_it(store, rooms, name, clock, *voices, to="completed"):
    def work(tx):
        found = rooms.transcriptions.get(tx, name)
        return rooms.transcriptions.settle(
            tx, found, to, now=clock.now(), made_by="tones", duration_ms=2000, voices=voices
        )

    return store.db.submit(work).result(5)


def voices(store, rooms, name):
    with purpose("deliver_content"):
        return rooms.transcriptions.voices(store.db.reading, name)


def test_words_come_back_and_what_is_settled_stays(store, rooms, made, clock, caller):
    name, one = made
    reading = store.db.reading
    assert [found.id for found in rooms.transcriptions.waiting(reading)] == [name]
    queue = lambda tx: rooms.transcriptions.queue(tx, name)  # noqa: E731
    assert store.db.submit(queue).result(5)
    assert not store.db.submit(queue).result(5)
    both = (Voice(0, caller, WORDS), Voice(1, None, ()))
    assert settle_it(store, rooms, name, clock, *both)
    assert not settle_it(store, rooms, name, clock, to="failed")
    assert voices(store, rooms, name) == list(both)
    found = rooms.transcriptions.get(reading, name)
    assert (found.state, found.made_by, found.recording) == ("completed", "tones", one.recording)
    with purpose("connect_call"):
        assert rooms.transcriptions.callback(found) == ("https://example.com/t", "POST")
    assert "tomorrow" not in repr(WORDS)


def test_nothing_of_it_lies_in_clear(store, rooms, made, clock, caller):
    name, _ = made
    settle_it(store, rooms, name, clock, Voice(0, caller, WORDS))
    store.db.submit(lambda _: None).result(5)
    for file in store.folder.root.rglob("*"):
        if file.is_file():
            assert b"call me back" not in file.read_bytes()


def test_who_was_erased_meanwhile_left_no_words(store, rooms, made, clock, caller):
    """Nothing is sealed under the account's key in place of a key that is gone."""
    name, _ = made
    account = rooms.account
    erasure = store.eraser.plan(account, caller, reason="asked", actor="operator")
    store.eraser.carry_out(erasure.id)
    settle_it(store, rooms, name, clock, Voice(0, caller, WORDS), Voice(1, None, WORDS))
    left = voices(store, rooms, name)
    assert [voice.number for voice in left] == [1]


def test_erasing_one_voice_leaves_the_other(store, rooms, made, clock, caller):
    name, _ = made
    other = rooms.parties.resolve(Phone("+12025550124"), clock.now())
    store.db.submit(lambda _: None).result(5)
    settle_it(store, rooms, name, clock, Voice(0, caller, WORDS), Voice(1, other, WORDS))
    erasure = store.eraser.plan(rooms.account, caller, reason="asked", actor="operator")
    store.eraser.carry_out(erasure.id)
    assert [v.said for v in voices(store, rooms, name) if v.said] == [WORDS]


def test_pages_of_a_recording_and_of_days(store, rooms, story, clock):
    one, names = story(), []
    for _ in range(3):
        names.append(ids.make("transcription", clock.now(), store.entropy))
        add(store, rooms, names[-1], one, clock)
        clock.advance(1000)
    page = rooms.transcriptions.page
    reading = store.db.reading
    ids_ = lambda **how: [f.id for f in page(reading, count=5, **how)]  # noqa: E731
    assert ids_() == names[::-1]
    assert ids_(before=names[2]) == names[1::-1]
    assert ids_(recording=one.recording) == names[::-1]
    assert ids_(recording="RE" + "0" * 32) == []
    assert ids_(until=ids.created(names[1])) == names[:1]


def test_it_goes_with_its_recording(store, rooms, made, clock, caller):
    name, one = made
    settle_it(store, rooms, name, clock, Voice(0, caller, WORDS))
    store.db.submit(lambda tx: removal.remove_recording(tx, one.recording, at=clock.now())).result(
        5
    )
    assert rooms.transcriptions.of_recording(store.db.reading, one.recording) == []
    assert rooms.transcriptions.page(store.db.reading, count=5) == []
    assert [voice.said for voice in voices(store, rooms, name)] == [None]
