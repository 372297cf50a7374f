"""Numbers: one row each, changed in place, sealed."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage.numbers import Number

PHONE = Phone("+12025550100")


def number(account, digit="1", **changes):
    fields = {
        "id": "PN" + digit * 32,
        "account": account.id,
        "phone": PHONE,
        "route": "url",
        "voice": "https://user:secret@example.com/voice",
        "created_at": 5,
    }
    return Number(**(fields | changes))


def run(store, work):
    return store.db.submit(work).result(5)


def test_a_number_is_stored_and_read(store, rooms, account):
    added = run(store, lambda tx: rooms.numbers.put(tx, number(account)))
    with purpose("connect_call"):
        assert rooms.numbers.all(store.db.reading) == [added]


def test_what_answers_a_number_can_be_changed(store, rooms, account):
    run(store, lambda tx: rooms.numbers.put(tx, number(account)))
    changed = number(account, digit="2", route="twiml", voice="<Response/>", created_at=9)
    stored = run(store, lambda tx: rooms.numbers.put(tx, changed))
    assert stored.id == "PN" + "1" * 32
    assert stored.created_at == 5
    with purpose("operate"):
        assert rooms.numbers.all(store.db.reading) == [stored]


def test_a_number_can_go(store, rooms, account):
    run(store, lambda tx: rooms.numbers.put(tx, number(account)))
    assert run(store, lambda tx: rooms.numbers.drop(tx, PHONE)) == "PN" + "1" * 32
    with pytest.raises(Refused) as refused:
        run(store, lambda tx: rooms.numbers.drop(tx, PHONE))
    assert refused.value.code == "not_found"


def test_numbers_are_read_under_a_purpose(store, rooms, account):
    run(store, lambda tx: rooms.numbers.put(tx, number(account)))
    with pytest.raises(Refused):
        rooms.numbers.all(store.db.reading)


def test_a_number_does_not_show_its_secrets(account):
    shown = repr(number(account))
    assert "secret" not in shown
    assert "2025550100" not in shown
