"""What a server allowed to be kept: until it expires, sealed, and never beyond its room."""

import pytest

from ringfence.privacy.purposes import purpose
from ringfence.storage import fetched
from ringfence.storage.fetched import Answer

CANARY = b"canary-of-the-sound"
URL = "https://shop.example/hello.wav"


@pytest.fixture
def call(store, story, clock):
    one = story()
    store.calls.record([one.offered()], clock.now())
    return one.call


@pytest.fixture
def keep(store, rooms, call, clock):
    def put(url=URL, *, seconds=60, body=CANARY, kind="media"):
        return store.db.submit(
            lambda tx: rooms.fetched.keep(
                tx, call=call, kind=kind, url=url, answer=Answer("audio/wav", body),
                now=clock.now(), seconds=seconds,
            )
        ).result(5)  # fmt: skip

    return put


@pytest.fixture
def look(store, rooms, clock):
    def find(url=URL, kind="media"):
        with purpose("deliver_content"):
            return rooms.fetched.find(store.db.reading, kind=kind, url=url, now=clock.now())

    return find


@pytest.mark.promise("TEL-16")
def test_an_entry_is_there_until_it_expires_to_the_millisecond(store, rooms, keep, look, clock):
    assert keep()
    assert look() == Answer("audio/wav", CANARY)
    assert look(kind="document") is None
    assert look(url=URL + "?a=b") is None
    clock.advance(59_999)
    assert look() is not None
    clock.advance(1)
    assert look() is None
    assert rooms.fetched.count(store.db.reading) == 1
    assert store.db.submit(lambda tx: rooms.fetched.sweep(tx, clock.now())).result(5) == 1
    assert rooms.fetched.count(store.db.reading) == 0


@pytest.mark.promise("TEL-16")
def test_keeping_takes_away_what_has_expired(store, rooms, keep, look, clock):
    keep("https://shop.example/1", seconds=1)
    clock.advance(1_000)
    keep("https://shop.example/2")
    assert rooms.fetched.count(store.db.reading) == 1


@pytest.mark.promise("TEL-17")
def test_without_a_lifetime_nothing_is_kept(store, rooms, keep):
    assert not keep(seconds=0)
    assert rooms.fetched.count(store.db.reading) == 0


@pytest.mark.promise("TEL-16")
def test_it_rests_sealed(store, keep, tmp_path):
    keep()
    store.close()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert CANARY not in file.read_bytes(), file
            assert b"shop.example" not in file.read_bytes(), file


def test_the_same_url_again_takes_the_place_of_the_old_answer(store, rooms, keep, look):
    keep()
    keep(body=b"new")
    assert look() == Answer("audio/wav", b"new")
    assert rooms.fetched.count(store.db.reading) == 1


def test_room_is_made_by_what_expires_first(store, rooms, keep, look, monkeypatch):
    monkeypatch.setattr(fetched, "CACHE_TOTAL_BYTES", 250)
    monkeypatch.setattr(fetched, "CACHE_ENTRY_BYTES", 200)
    for number, seconds in enumerate((50, 10, 90)):
        keep(f"https://shop.example/{number}", seconds=seconds, body=b"x" * 100)
    assert look("https://shop.example/1") is None
    assert look("https://shop.example/0") is not None
    assert look("https://shop.example/2") is not None
    assert not keep("https://shop.example/large", body=b"x" * 201)


def test_an_erased_caller_takes_what_was_kept_along(store, keep, look):
    keep()
    (serial,) = store.db.reading.row(
        fetched.Statement(fetched.select(fetched.fetched.c.key_serial)), ()
    )
    store.keystore.destroy([serial])
    assert look() is None


def test_everything_can_be_cleared(store, rooms, keep):
    keep()
    keep("https://shop.example/other")
    assert store.db.submit(rooms.fetched.clear).result(5) == 2
