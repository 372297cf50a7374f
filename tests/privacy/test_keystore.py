"""Shelves of keys: places, sealing, destruction, moving to a new epoch."""

import pytest

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy.keystore import (
    SHELF_SIZE,
    EpochKey,
    Shelf,
    first_serial,
    place,
    relock,
    ring_of,
)

ENTROPY = SeededEntropy(2)
ONE = EpochKey(1, bytes([1]) * 32)
TWO = EpochKey(2, bytes([2]) * 32)


def test_every_serial_has_one_place():
    assert place(0) == (0, 0)
    assert place(119) == (0, 119)
    assert place(120) == (1, 0)
    assert all(place(first_serial(shelf)) == (shelf, 0) for shelf in range(100))


def test_a_shelf_comes_back_as_it_was():
    shelf = Shelf.cut(3, entropy=ENTROPY)
    again = ONE.open(3, ONE.seal(shelf, entropy=ENTROPY))
    assert again.keys == shelf.keys
    assert len({shelf.key(slot) for slot in range(120)}) == 120


def test_a_sealed_shelf_fits_a_database_page():
    assert len(ONE.seal(Shelf.cut(0, entropy=ENTROPY), entropy=ENTROPY)) < 4_000


def test_a_shelf_opens_only_as_itself_in_its_epoch():
    blob = ONE.seal(Shelf.cut(3, entropy=ENTROPY), entropy=ENTROPY)
    for epoch, number, data in (
        (ONE, 4, blob),
        (TWO, 3, blob),
        (ONE, 3, blob[:-1]),
        (ONE, 3, b""),
        (ONE, 3, blob[:50] + bytes([blob[50] ^ 1]) + blob[51:]),
    ):
        with pytest.raises(Refused) as refused:
            epoch.open(number, data)
        assert refused.value.code == "keystore_damaged"


def test_a_destroyed_key_is_gone_and_its_neighbours_stay():
    shelf = Shelf.cut(0, entropy=ENTROPY)
    before = [shelf.key(slot) for slot in range(120)]
    shelf.destroy(5)
    shelf.destroy(5)
    with pytest.raises(Refused) as refused:
        shelf.key(5)
    assert refused.value.code == "erased"
    assert shelf.is_destroyed(5)
    assert not shelf.is_destroyed(6)
    assert [shelf.key(s) for s in range(120) if s != 5] == before[:5] + before[6:]
    assert len(shelf.keys) == SHELF_SIZE


def test_a_ring_opens_only_under_its_epoch_and_a_shelf_only_under_its_lock():
    ring, shelf = Shelf.cut(0, entropy=ENTROPY), Shelf.cut(9, entropy=ENTROPY)
    number, slot = ring_of(9)
    assert (number, slot) == (0, 9)
    sealed = shelf.locked(ring.key(slot), entropy=ENTROPY)
    assert Shelf.unlocked(9, sealed, ring.key(slot)).keys == shelf.keys
    fresh = ring.copy()
    relock(fresh.keys, slot, entropy=ENTROPY)
    assert fresh.key(8) == ring.key(8)
    for shelf_number, lock in ((9, fresh.key(slot)), (8, ring.key(slot)), (9, ring.key(8))):
        with pytest.raises(Refused):
            Shelf.unlocked(shelf_number, sealed, lock)
    moved = TWO.seal(fresh, entropy=ENTROPY)
    assert TWO.open(0, moved).keys == fresh.keys
    with pytest.raises(Refused):
        ONE.open(0, moved)


def test_an_epoch_key_of_the_wrong_size_is_refused():
    with pytest.raises(Refused):
        EpochKey(1, b"short")


def test_keys_do_not_show_themselves():
    shelf = Shelf.cut(9, entropy=ENTROPY)
    assert repr(shelf) == "Shelf(9)"
    assert repr(ONE) == "EpochKey(1)"


def test_a_slot_beyond_the_shelf_is_a_bug():
    with pytest.raises(LocalError):
        Shelf.cut(0, entropy=ENTROPY).key(120)


def test_a_key_of_an_epoch_that_is_none_says_what_to_do() -> None:
    with pytest.raises(Refused, match=r"key of epoch 7 .*ringfence restore BACKUP --keys COPY"):
        EpochKey(7, bytes(31))
