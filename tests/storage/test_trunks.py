"""Trunks: by name, credentials sealed and opened to authenticate."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose
from ringfence.storage.trunks import Trunk


def trunk(account, name="carrier", digit="1", **changes):
    fields = {
        "id": "TK" + digit * 32,
        "account": account.id,
        "name": name,
        "kind": "register",
        "host": "sip.example.com:5061",
        "transport": "tls",
        "username": "acct-77",
        "password": "correct horse",
        "created_at": 5,
    }
    return Trunk(**(fields | changes))


def run(store, work):
    return store.db.submit(work).result(5)


def test_a_trunk_is_stored_and_read(store, rooms, account):
    one = run(store, lambda tx: rooms.trunks.add(tx, trunk(account)))
    two = run(
        store,
        lambda tx: rooms.trunks.add(
            tx,
            trunk(account, "pbx", "2", kind="address", username=None, password=None, enabled=False),
        ),
    )
    with purpose("authenticate"):
        assert rooms.trunks.all(store.db.reading) == [one, two]
    with purpose("connect_call"), pytest.raises(Refused):
        rooms.trunks.all(store.db.reading)


def test_a_name_is_taken_once(store, rooms, account):
    run(store, lambda tx: rooms.trunks.add(tx, trunk(account)))
    with pytest.raises(Refused) as refused:
        run(store, lambda tx: rooms.trunks.add(tx, trunk(account, digit="2")))
    assert refused.value.code == "exists"


def test_a_trunk_can_go(store, rooms, account):
    run(store, lambda tx: rooms.trunks.add(tx, trunk(account)))
    assert run(store, lambda tx: rooms.trunks.drop(tx, "carrier")) == "TK" + "1" * 32
    with pytest.raises(Refused):
        run(store, lambda tx: rooms.trunks.drop(tx, "carrier"))


def test_a_trunk_does_not_show_its_credentials(account):
    assert "acct-77" not in repr(trunk(account))
    assert "horse" not in repr(trunk(account))
