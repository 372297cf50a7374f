"""Officers, approvers, and people who do not exist."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage.cases_people import Contact


def write(store, unit):
    return store.db.submit(unit).result(5)


def officers(store, rooms):
    with purpose("operate"):
        return rooms.case_people.officers(store.db.reading)


def test_the_newest_officer_of_a_law_counts(store, rooms, clock):
    people = rooms.case_people
    first, second = Contact(name="A. Iyer", email="a@example.com"), Contact(name="B. Rao")
    write(store, lambda tx: people.name_officer(tx, "IN", first, now=clock.now()))
    write(store, lambda tx: people.name_officer(tx, "*", first, now=clock.now()))
    clock.advance(1)
    write(store, lambda tx: people.name_officer(tx, "IN", second, now=clock.now()))
    found = officers(store, rooms)
    assert found["IN"].contact == second
    assert found["*"].contact == first


def test_an_approver_is_known_by_a_secret_of_which_a_hash_is_kept(store, rooms, clock):
    people = rooms.case_people
    approver = write(store, lambda tx: people.add_approver(tx, "s3cret", "Ann", now=clock.now()))
    assert people.approver(store.db.reading, "s3cret") == approver
    with pytest.raises(Refused):
        people.approver(store.db.reading, "guess")
    with purpose("operate"):
        assert [found.name for found in people.approvers(store.db.reading)] == ["Ann"]
    write(store, lambda tx: people.remove_approver(tx, approver, now=clock.now()))
    with pytest.raises(Refused):
        people.approver(store.db.reading, "s3cret")
    with pytest.raises(Refused, match="no such approver"):
        write(store, lambda tx: people.remove_approver(tx, approver, now=clock.now()))


def test_honey_is_touched_when_somebody_opens_it(store, rooms, clock):
    party = rooms.parties.resolve(Phone("+12025550166"), clock.now())
    other = rooms.parties.resolve(Phone("+12025550167"), clock.now())
    people = rooms.case_people
    write(
        store,
        lambda tx: people.place_honey(tx, party, seen=store.trail.size, now=clock.now()),
    )
    with purpose("call_record", actor="owner"):
        store.parties.address(store.db.reading, other)
    store.db.submit(lambda tx: None).result(5)
    assert people.touched(store.db.reading) == []
    with purpose("call_record", actor="owner"):
        store.parties.address(store.db.reading, party)
    store.db.submit(lambda tx: None).result(5)
    (touched,) = people.touched(store.db.reading)
    assert touched.party == party
    assert '"by":"owner"' in touched.body
    write(store, lambda tx: people.seen(tx, party, touched.leaf))
    assert people.touched(store.db.reading) == []
