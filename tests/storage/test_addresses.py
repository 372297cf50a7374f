"""Postal addresses at rest."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose
from ringfence.storage.addresses import Postal

HOME = Postal(
    customer="Ada Example", street="1 Canary Street", city="London", region="London",
    postal_code="SW1A 0AA", country="GB",
)  # fmt: skip


@pytest.fixture
def kept(store, rooms, clock):
    party = rooms.parties.resolve("mailto:ada@example.com", clock.now())
    return store.db.submit(
        lambda tx: rooms.addresses.add(tx, HOME, party, emergency=True, now=clock.now())
    ).result(5)


def test_it_is_opened_for_its_purpose_alone(store, rooms, kept):
    reading = store.db.reading
    with pytest.raises(Refused, match="purpose"):
        rooms.addresses.get(reading, kept.id)
    with purpose("give_number"):
        assert rooms.addresses.get(reading, kept.id) == kept
        assert rooms.addresses.all(reading) == [kept]
    assert rooms.addresses.about(reading, kept.id) == ("GB", True)
    assert rooms.addresses.party_of(reading, kept.id) == kept.party
    assert rooms.addresses.known(reading) == {kept.id}
    assert "Ada" not in repr(kept)


def test_it_is_changed_and_removed(store, rooms, kept, clock):
    moved = Postal(**{**{f: getattr(HOME, f) for f in HOME.__struct_fields__}, "city": "Leeds"})
    store.db.submit(
        lambda tx: rooms.addresses.change(tx, kept, moved, emergency=False, now=clock.now())
    ).result(5)
    with purpose("give_number"):
        found = rooms.addresses.get(store.db.reading, kept.id)
    assert (found.body.city, found.emergency) == ("Leeds", False)
    store.db.submit(lambda tx: rooms.addresses.drop(tx, kept.id)).result(5)
    with pytest.raises(Refused, match="not_found"):
        rooms.addresses.about(store.db.reading, kept.id)


def test_nothing_of_it_is_readable_in_the_file(store, kept):
    store.db.submit(lambda tx: None).result(5)
    for file in store.folder.root.glob("ringfence.db*"):
        data = file.read_bytes()
        for word in (b"Ada", b"Canary", b"SW1A"):
            assert word not in data
