"""Versions of the notice: added, never changed; one in force at every moment."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.privacy.processors import Engagement
from ringfence.privacy.purposes import purpose
from ringfence.storage.policies import Acceptance, Told, Version

FIRST = Version(
    number=1,
    digest="a" * 64,
    pack="ringfence",
    source="title",
    notice='{"a":1}',
    map='{"entries":[]}',
    severity="none",
    lapsed=(),
    published_at=1_000,
    effective_at=1_000,
)


def do(store, work):
    return store.db.submit(work).result(5)


@pytest.fixture
def policies(rooms):
    return rooms.policies


@pytest.mark.promise("POL-07")
def test_the_version_in_force_is_the_newest_whose_day_has_come(store, policies):
    reading = store.db.reading
    assert policies.at(reading, 10**15) is None
    second = replace(FIRST, number=2, digest="b" * 64, effective_at=5_000, lapsed=("market", "x"))
    do(store, lambda tx: policies.add(tx, FIRST))
    do(store, lambda tx: policies.add(tx, second))
    assert policies.at(reading, 999) is None
    assert policies.at(reading, 1_000) == FIRST
    assert policies.at(reading, 4_999) == FIRST
    assert policies.at(reading, 5_000) == second
    assert policies.last_number(reading) == 2
    assert policies.get(reading, 1) == FIRST
    assert policies.get(reading, 3) is None
    assert policies.all(reading) == [FIRST, second]


@pytest.mark.promise("POL-07")
@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=6), st.integers(0, 60))
def test_at_every_moment_exactly_one_version_holds(days, now):
    """Invariant: versions whose day has come, the highest number of them; no gap, no overlap."""
    holds = [number for number, day in enumerate(days, 1) if day <= now]
    assert len({max(holds)} if holds else set()) == bool(holds)


def test_two_versions_never_share_a_number(store, policies):
    do(store, lambda tx: policies.add(tx, FIRST))
    with pytest.raises(Exception, match="UNIQUE"):
        do(store, lambda tx: policies.add(tx, replace(FIRST, digest="c" * 64)))
    assert policies.get(store.db.reading, 1) == FIRST


def test_evidence_of_telling(store, policies):
    do(store, lambda tx: policies.tell(tx, 2, "email", "waiting", 1))
    do(store, lambda tx: policies.tell(tx, 2, "popup", "waiting", 1))
    do(store, lambda tx: policies.tell(tx, 2, "popup", "queued", 9))  # told already
    assert do(store, lambda tx: policies.settle(tx, 2, "popup", "acknowledged", 5, by="owner"))
    assert not do(store, lambda tx: policies.settle(tx, 3, "popup", "acknowledged", 5))
    assert policies.told(store.db.reading) == [
        Told(2, "email", "waiting", None, 1),
        Told(2, "popup", "acknowledged", "owner", 5),
    ]


def test_going_on_is_noted_once(store, policies):
    note = Acceptance(1, "admin", "continued_use", "a" * 64, 7)
    assert do(store, lambda tx: policies.accept(tx, note))
    assert not do(store, lambda tx: policies.accept(tx, replace(note, at=9)))
    assert policies.accepted(store.db.reading) == [note]


def test_there_is_one_primary_administrator_and_their_address_is_sealed(store, policies, tmp_path):
    assert not policies.has_admin(store.db.reading)
    do(store, lambda tx: policies.set_admin(tx, "canary-one@example.com", 1))
    do(store, lambda tx: policies.set_admin(tx, "canary-two@example.com", 2))
    with purpose("notify"):
        assert policies.admin(store.db.reading) == "canary-two@example.com"
    assert policies.has_admin(store.db.reading)
    store.close()
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes()


def test_terms_of_a_recipient_replace_earlier_ones(store, policies):
    do(store, lambda tx: policies.engage(tx, Engagement("mail_relay", "US", "scc", 5), 1))
    do(store, lambda tx: policies.engage(tx, Engagement("mail_relay", "FR"), 2))
    assert policies.engaged(store.db.reading) == [Engagement("mail_relay", "FR")]
