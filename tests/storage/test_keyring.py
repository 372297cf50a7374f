"""Which key a record gets: the person's while there is one, else the account's."""

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.kernel.phone import Phone


def test_a_record_about_somebody_gets_their_key(store, rooms, account, clock, settle):
    ann = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    settle()
    serial = store.keys.serial(store.db.reading, account.id, ann)
    assert serial == store.parties.key_serial(store.db.reading, ann)
    assert serial != account.seal_key


def test_a_record_about_nobody_or_an_erased_person_gets_the_accounts(
    store, rooms, account, clock, settle
):
    ann = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    settle()
    reading = store.db.reading
    assert store.keys.serial(reading, account.id, None) == account.seal_key
    assert store.keys.serial(reading, account.id, "PA-none") == account.seal_key
    store.keystore.destroy([store.parties.key_serial(reading, ann)])
    assert store.keys.serial(reading, account.id, ann) == account.seal_key


def test_a_record_of_nobody_and_no_account_is_a_bug(store):
    with pytest.raises(LocalError):
        store.keys.serial(store.db.reading, None, None)
    with pytest.raises(LocalError):
        store.keys.serial(store.db.reading, "AC-none", None)
