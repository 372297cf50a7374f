"""Keys and tickets at rest: no secret, no words of people, and what was ended stays ended."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose
from ringfence.privacy.roles import KeyHolder, Ticket

KEY = KeyHolder("SK" + "1" * 32, "admin", frozenset({"billing", "call_record"}), expires_at=900)
TICKET = Ticket("TT" + "1" * 32, opened_at=10, expires_at=900)


def run(store, work):
    return store.db.submit(work).result(5)


def test_a_key_is_stored_read_and_revoked(store, rooms):
    added = run(store, lambda tx: rooms.api_keys.add(tx, KEY, "s3cret", name="Ann's", now=5))
    with purpose("operate"):
        [found] = rooms.api_keys.all(store.db.reading)
    assert found == added
    assert found.lookup == rooms.api_keys.lookup("s3cret") != rooms.api_keys.lookup("other")
    run(store, lambda tx: rooms.api_keys.revoke(tx, KEY.id, now=50))
    with purpose("operate"):
        assert rooms.api_keys.all(store.db.reading)[0].holder.revoked_at == 50
    with pytest.raises(Refused, match="not_found"):
        run(store, lambda tx: rooms.api_keys.revoke(tx, KEY.id, now=60))


def test_a_ticket_is_stored_read_and_closed(store, rooms):
    added = run(store, lambda tx: rooms.tickets.add(tx, TICKET, "s3cret", matter="Ann's call"))
    with purpose("operate"):
        assert rooms.tickets.all(store.db.reading) == [added]
    run(store, lambda tx: rooms.tickets.close(tx, TICKET.id, now=50))
    with purpose("operate"):
        assert rooms.tickets.all(store.db.reading)[0].ticket.closed_at == 50
    with pytest.raises(Refused, match="not_found"):
        run(store, lambda tx: rooms.tickets.close(tx, TICKET.id, now=60))


def test_neither_secret_nor_words_are_in_the_file(store, rooms):
    run(store, lambda tx: rooms.api_keys.add(tx, KEY, "s3cret-word", name="Ann Example", now=5))
    run(store, lambda tx: rooms.tickets.add(tx, TICKET, "t1cket-word", matter="Bob Example"))
    store.close()
    for path in store.folder.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for needle in (b"s3cret-word", b"t1cket-word", b"Ann Example", b"Bob Example"):
                assert needle not in content, path


def test_a_stored_key_does_not_show_its_name(store, rooms):
    added = run(store, lambda tx: rooms.api_keys.add(tx, KEY, "s3cret", name="Ann", now=5))
    assert "Ann" not in repr(added)
    assert added.lookup.hex() not in repr(added)


def test_keys_are_read_under_a_purpose(store, rooms):
    run(store, lambda tx: rooms.api_keys.add(tx, KEY, "s3cret", name="Ann", now=5))
    with pytest.raises(Refused, match="purpose_missing"):
        rooms.api_keys.all(store.db.reading)
