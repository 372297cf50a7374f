"""Apps, grants and tokens at rest."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose
from ringfence.privacy.roles import AppHolder, Grant

APP = AppHolder("OA" + "1" * 32, "admin", frozenset({"calls:read"}), frozenset({"call_record"}))
GRANT = Grant("OG" + "1" * 32, APP.id, "admin", frozenset({"calls:read"}), 5)


def run(store, work):
    return store.db.submit(work).result(5)


@pytest.fixture
def apps(store, rooms):
    run(
        store,
        lambda tx: rooms.apps.add(tx, APP, "s3cret", name="x", redirects=("https://a/",), now=5),
    )
    run(store, lambda tx: rooms.apps.allow(tx, GRANT))
    return rooms.apps


def issue(store, apps, token, kind="access", lasts=100, now=5):
    run(
        store,
        lambda tx: apps.issue(tx, token, grant=GRANT.id, kind=kind, now=now, lasts=lasts),
    )


def test_what_was_written_is_read(store, apps):
    with purpose("operate"):
        [found] = apps.all(store.db.reading)
    assert (found.holder, found.name, found.redirects) == (APP, "x", ("https://a/",))
    assert found.lookup == apps.lookup("s3cret")
    assert apps.grants(store.db.reading) == [GRANT]


def test_a_token_works_once_and_goes_when_it_has_expired(store, apps):
    issue(store, apps, "t", kind="refresh")
    assert run(store, lambda tx: apps.use(tx, "t", now=6))
    assert not run(store, lambda tx: apps.use(tx, "t", now=7))
    assert apps.token(store.db.reading, "t").used_at == 6
    issue(store, apps, "next", now=105)
    assert apps.token(store.db.reading, "t") is None


def test_a_grant_ends_with_its_tokens(store, apps):
    issue(store, apps, "t")
    assert run(store, lambda tx: apps.end(tx, GRANT.id, now=9))
    assert not run(store, lambda tx: apps.end(tx, GRANT.id, now=9))
    assert apps.token(store.db.reading, "t") is None
    assert apps.grants(store.db.reading) == []


def test_an_app_ends_with_its_grants(store, apps):
    run(store, lambda tx: apps.revoke(tx, APP.id, now=9))
    assert apps.grants(store.db.reading) == []
    with pytest.raises(Refused, match="not_found"):
        run(store, lambda tx: apps.revoke(tx, APP.id, now=9))


def test_one_token_is_dropped_alone(store, apps):
    issue(store, apps, "a")
    issue(store, apps, "b")
    run(store, lambda tx: apps.drop(tx, "a"))
    assert apps.token(store.db.reading, "a") is None
    assert apps.token(store.db.reading, "b").grant == GRANT.id
