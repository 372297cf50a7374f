"""SIP phones: digests by algorithm, user names sealed, unique in the account."""

from dataclasses import replace

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose
from ringfence.storage.phones import PhoneDevice


def phone(account, username="desk", digit="1", **changes):
    fields = {
        "id": "PD" + digit * 32,
        "account": account.id,
        "username": username,
        "realm": "ringfence",
        "ha1": {"MD5": "a" * 32, "SHA-256": "b" * 64},
        "created_at": 5,
    }
    return PhoneDevice(**(fields | changes))


def run(store, work):
    return store.db.submit(work).result(5)


def test_a_phone_is_stored_and_read(store, rooms, account):
    one = run(store, lambda tx: rooms.phones.add(tx, phone(account, party="PA" + "1" * 32)))
    two = run(store, lambda tx: rooms.phones.add(tx, phone(account, "hall", "2", enabled=False)))
    with purpose("authenticate"):
        assert rooms.phones.all(store.db.reading) == [one, two]
    with purpose("connect_call"), pytest.raises(Refused):
        rooms.phones.all(store.db.reading)


def test_a_password_can_be_changed(store, rooms, account):
    one = run(store, lambda tx: rooms.phones.add(tx, phone(account)))
    changed = replace(one, ha1={"MD5": "c" * 32})
    run(store, lambda tx: rooms.phones.set_ha1(tx, changed))
    with purpose("authenticate"):
        assert rooms.phones.all(store.db.reading) == [changed]


def test_a_user_name_is_taken_once(store, rooms, account):
    run(store, lambda tx: rooms.phones.add(tx, phone(account)))
    with pytest.raises(Refused) as refused:
        run(store, lambda tx: rooms.phones.add(tx, phone(account, digit="2")))
    assert refused.value.code == "exists"


def test_a_phone_can_go(store, rooms, account):
    run(store, lambda tx: rooms.phones.add(tx, phone(account)))
    assert run(store, lambda tx: rooms.phones.drop(tx, "desk")) == "PD" + "1" * 32
    with pytest.raises(Refused):
        run(store, lambda tx: rooms.phones.drop(tx, "desk"))


def test_a_phone_does_not_show_its_user_or_digest(account):
    assert "desk" not in repr(phone(account))
    assert "aaaa" not in repr(phone(account))
