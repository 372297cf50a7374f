"""Accounts: keys of their own, sealed secrets, tokens that admit once."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose


def test_an_account_is_found_again_with_its_keys(store, account):
    assert store.accounts.all(store.db.reading) == [account]
    assert store.accounts.get(store.db.reading, account.id) == account
    assert store.accounts.get(store.db.reading, "AC-none") is None
    assert account.seal_key != account.pepper
    assert account.status == "full"


def test_name_and_token_open_for_their_purpose_alone(store, account):
    reading = store.db.reading
    with purpose("operate"):
        assert store.accounts.name(reading, account) == "Example Ltd"
        with pytest.raises(Refused):
            store.accounts.auth_token(reading, account)
    with purpose("authenticate"):
        assert store.accounts.auth_token(reading, account) == "a-token-of-the-account"


def test_a_token_can_be_replaced(store, account):
    store.db.submit(lambda tx: store.accounts.set_auth_token(tx, account, "another")).result(5)
    with purpose("authenticate"):
        assert store.accounts.auth_token(store.db.reading, account) == "another"


def give(store, account, clock, lives=1000):
    now = clock.now()
    store.db.submit(
        lambda tx: store.accounts.add_token(
            tx, account, "secret", kind="admin_link", now=now, expires_at=now + lives
        )
    ).result(5)


def use(store, account, clock, token="secret", kind="admin_link"):
    return store.db.submit(
        lambda tx: store.accounts.use_token(tx, account, token, kind=kind, now=clock.now())
    ).result(5)


def test_a_one_time_token_works_once(store, account, clock):
    give(store, account, clock)
    assert not use(store, account, clock, token="guess")
    assert not use(store, account, clock, kind="other")
    assert use(store, account, clock)
    assert not use(store, account, clock)


def test_a_token_that_expired_does_not_work_and_is_swept(store, account, clock):
    give(store, account, clock)
    clock.advance(1000)
    assert not use(store, account, clock)
    give(store, account, clock)
    clock.advance(2000)
    give(store, account, clock)  # sweeps the old one, which has the same hash
    assert use(store, account, clock)


def test_a_token_of_another_account_does_not_work(store, account, clock, open_store):
    give(store, account, clock)
    other = store.db.submit(
        lambda tx: store.accounts.add(
            tx, "AC" + "0" * 32, name="Other", auth_token="x", now=clock.now()
        )
    ).result(5)
    assert not use(store, other, clock)
    assert use(store, account, clock)


def test_an_account_can_be_stopped_and_its_links_with_it(store, account, clock):
    def unit(tx):
        store.accounts.add_token(
            tx, account, "link", kind="admin_link", now=clock.now(), expires_at=clock.now() + 99
        )
        store.accounts.set_status(tx, account, "suspended")
        store.accounts.drop_tokens(tx, account)

    store.db.submit(unit).result(5)
    assert store.accounts.get(store.db.reading, account.id).status == "suspended"
    assert not store.db.submit(
        lambda tx: store.accounts.use_token(tx, account, "link", kind="admin_link", now=clock.now())
    ).result(5)
