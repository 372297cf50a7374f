"""Parts at rest: sealed for whoever sent them, found by a keyed hash, gone with their message."""

from __future__ import annotations

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging.concatenation import Part
from ringfence.privacy.purposes import purpose
from ringfence.storage.pieces import Piece

KEY = ("+12025550123", "+12025550100", 7)
SAID = "the first half of it"


def write(store, unit):
    return store.db.submit(unit).result(5)


@pytest.fixture
def keep(store, rooms, clock):
    def kept(carrier, number, *, key=KEY):
        party = rooms.parties.resolve(Phone(key[0]), clock.now())
        piece = Piece(Part(key, 3, number, SAID), party, clock.now())
        write(store, lambda tx: rooms.pieces.put(tx, carrier, piece))
        return piece

    return kept


def test_parts_come_back_in_order_and_by_carrier(store, rooms, clock, keep):
    second = keep("a", 2)
    clock.advance(10)
    first = keep("a", 1)
    keep("b", 1)
    with pytest.raises(Refused, match="purpose"):
        rooms.pieces.all(store.db.reading, "a")
    with purpose("carry_message"):
        assert rooms.pieces.all(store.db.reading, "a") == [second, first]


def test_a_part_that_comes_twice_is_one(store, rooms, keep):
    keep("a", 1)
    keep("a", 1)
    assert rooms.pieces.count(store.db.reading) == 1


def test_a_message_that_is_whole_leaves_nothing(store, rooms, keep):
    keep("a", 1)
    keep("a", 2)
    keep("a", 1, key=(*KEY[:2], 8))
    write(store, lambda tx: rooms.pieces.drop(tx, "a", KEY))
    assert rooms.pieces.count(store.db.reading) == 1


def test_no_row_says_what_or_who(store, keep):
    keep("a", 1)
    store.db.submit(lambda _: None).result(5)
    held = b"".join(path.read_bytes() for path in store.folder.root.glob("ringfence.db*"))
    assert SAID.encode() not in held
    assert KEY[0].encode() not in held
