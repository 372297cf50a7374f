"""Pictures at rest: sealed, bound to their id, gone with their row."""

from __future__ import annotations

import dataclasses

import pytest

from ringfence.kernel import ids
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging import message as life
from ringfence.privacy.purposes import purpose
from ringfence.storage.texts import NewText

BODY = b"\x89PNG" * 1000


@pytest.fixture
def medium(store, rooms, clock):
    now = clock.now()
    sid = ids.make("message", now, SystemEntropy())
    party = rooms.parties.resolve(Phone("+12025550123"), now)
    begun = life.MessageArrived(
        at=now, message=sid, account=rooms.account.id, party=party, direction="inbound"
    )
    new = NewText(begun=begun, own="+12025550100", body="", media=("https://x.example/1.png",))
    store.db.submit(lambda tx: rooms.texts.add(tx, new)).result(5)
    return rooms.texts.media(store.db.reading, sid)[0]


def test_a_picture_is_written_sealed_and_read_again(store, rooms, medium):
    rooms.pictures.write(medium, BODY)
    (path,) = store.folder.media.iterdir()
    assert BODY[:64] not in path.read_bytes()
    with pytest.raises(Refused, match="purpose"):
        rooms.pictures.read(medium)
    with purpose("carry_message"):
        assert rooms.pictures.read(medium) == BODY
        path.rename(store.folder.media / ("ME" + "1" * 32 + ".rfm"))
        other = dataclasses.replace(medium, id="ME" + "1" * 32)
        with pytest.raises(Refused):  # it is bound to its id
            rooms.pictures.read(other)


def test_a_picture_whose_message_is_gone_is_not_kept(store, rooms, medium):
    store.db.submit(lambda tx: rooms.texts.drop(tx, medium.text)).result(5)
    kept = store.db.submit(
        lambda tx: rooms.pictures.keep(tx, medium.id, media_type="image/png", size=1)
    ).result(5)
    assert kept is False


def test_a_file_goes_with_its_row(store, rooms, medium):
    rooms.pictures.write(medium, BODY)
    assert rooms.pictures.sweep(store.db.reading) == 0
    store.db.submit(lambda tx: rooms.texts.drop_medium(tx, medium)).result(5)
    assert list(store.folder.media.iterdir()) == []
    with purpose("carry_message"), pytest.raises(Refused, match="not_found"):
        rooms.pictures.read(medium)
