"""Holds are of one record, restrictions of one person; both leave a leaf."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage import holds

CALL = "CA" + "1" * 32
RECORDING = "RE" + "2" * 32


def run(store, work):
    return store.db.submit(work).result(5)


@pytest.fixture
def party(rooms, clock):
    return rooms.parties.resolve(Phone("+12025550123"), clock.now())


def test_a_hold_is_on_one_record_and_on_no_other(store, rooms, clock):
    run(store, lambda tx: rooms.holds.place(
        tx, RECORDING, reason="dispute", by="owner", now=clock.now()))  # fmt: skip
    assert holds.is_held(store.db.reading, RECORDING)
    assert not holds.is_held(store.db.reading, CALL)
    assert holds.held_among(store.db.reading, [CALL, RECORDING]) == {RECORDING}
    [standing] = holds.standing(store.db.reading, rooms.account.id)
    assert (standing.record, standing.reason) == (RECORDING, "dispute")


def test_a_record_is_free_when_its_last_hold_is_lifted(store, rooms, clock):
    for reason in ("dispute", "legal_claim", "dispute"):
        run(store, lambda tx, reason=reason: rooms.holds.place(
            tx, CALL, reason=reason, by="owner", now=clock.now()))  # fmt: skip
    assert len(holds.standing(store.db.reading, rooms.account.id)) == 2
    run(store, lambda tx: rooms.holds.lift(
        tx, CALL, reason="dispute", by="owner", now=clock.now()))  # fmt: skip
    assert holds.is_held(store.db.reading, CALL)
    run(store, lambda tx: rooms.holds.lift(
        tx, CALL, reason="legal_claim", by="owner", now=clock.now()))  # fmt: skip
    assert not holds.is_held(store.db.reading, CALL)
    with pytest.raises(Refused, match="not_found"):
        run(store, lambda tx: rooms.holds.lift(
            tx, CALL, reason="dispute", by="owner", now=clock.now()))  # fmt: skip


def test_a_person_is_restricted_until_every_reason_has_gone(store, rooms, clock, party, settle):
    settle()
    for reason in ("accuracy", "requested", "accuracy"):
        run(store, lambda tx, reason=reason: rooms.holds.restrict(
            tx, party, reason=reason, by="owner", now=clock.now()))  # fmt: skip
    assert holds.restricted(store.db.reading, party)
    found = holds.reasons(store.db.reading, party)
    assert {reason for reason, _ in found} == {"accuracy", "requested"}
    for reason in ("accuracy", "requested"):
        assert holds.restricted(store.db.reading, party)
        run(store, lambda tx, reason=reason: rooms.holds.unrestrict(
            tx, party, reason=reason, by="owner", now=clock.now()))  # fmt: skip
    assert not holds.restricted(store.db.reading, party)
    with pytest.raises(Refused, match="not_found"):
        run(store, lambda tx: rooms.holds.unrestrict(
            tx, party, reason="accuracy", by="owner", now=clock.now()))  # fmt: skip


def test_another_account_cannot_lift_a_hold(store, rooms, clock):
    run(store, lambda tx: rooms.holds.place(
        tx, CALL, reason="dispute", by="owner", now=clock.now()))  # fmt: skip
    stranger = holds.Holds(
        "AC" + "9" * 32, store.trail, entropy=store.entropy, on_restricted=store.restrict
    )
    with pytest.raises(Refused, match="not_found"):
        run(store, lambda tx: stranger.lift(
            tx, CALL, reason="dispute", by="owner", now=clock.now()))  # fmt: skip
    assert holds.is_held(store.db.reading, CALL)


def test_a_reason_is_a_word_of_the_list(store, rooms, clock, party):
    for work in (
        lambda tx: rooms.holds.place(tx, CALL, reason="why not", by="owner", now=clock.now()),
        lambda tx: rooms.holds.restrict(tx, party, reason="why", by="owner", now=clock.now()),
    ):
        with pytest.raises(Refused, match="bad_reason"):
            run(store, work)


def test_every_hold_and_restriction_is_a_leaf(store, rooms, clock, party, settle):
    settle()
    before = store.trail.size
    now = clock.now()
    run(store, lambda tx: rooms.holds.place(tx, CALL, reason="dispute", by="owner", now=now))
    run(store, lambda tx: rooms.holds.lift(tx, CALL, reason="dispute", by="owner", now=now))
    run(store, lambda tx: rooms.holds.restrict(tx, party, reason="child", by="owner", now=now))
    run(store, lambda tx: rooms.holds.unrestrict(tx, party, reason="child", by="owner", now=now))
    assert store.trail.size == before + 4


@pytest.mark.promise("DSR-04")
def test_what_belongs_to_a_restricted_person_opens_only_for_their_rights_and_their_calls(
    store, rooms, clock, party, settle, open_store
):
    settle()
    run(store, lambda tx: rooms.holds.restrict(
        tx, party, reason="accuracy", by="owner", now=clock.now()))  # fmt: skip
    address = store.parties.address
    for reason in ("call_record", "billing"):
        with purpose(reason), pytest.raises(Refused, match="restricted"):
            address(store.db.reading, party)
    for reason in ("connect_call", "answer_rights"):
        with purpose(reason):
            assert address(store.db.reading, party) == "+12025550123"
    store.close()
    again = open_store()
    with purpose("call_record"), pytest.raises(Refused, match="restricted"):
        again.parties.address(again.db.reading, party)
    room = again.of(rooms.account)
    run(again, lambda tx: room.holds.unrestrict(
        tx, party, reason="accuracy", by="owner", now=clock.now()))  # fmt: skip
    with purpose("call_record"):
        assert again.parties.address(again.db.reading, party) == "+12025550123"
