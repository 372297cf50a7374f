"""Invariant: what a person's key proved is counted when the key goes, once, and nothing else."""

import shutil

import pytest

from ringfence.kernel.clock import DAY
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage import audit_leaving, sweeps
from ringfence.storage.audit_check import check_all
from ringfence.storage.audit_gone import Gone
from ringfence.storage.audit_pages import NOBODY
from ringfence.storage.audit_proofs import leaves_of
from ringfence.storage.sweeps import Due


@pytest.fixture
def check(store, clock):
    def whole():
        store.db.submit(lambda _: None).result(5)
        return check_all(
            store.db.reading, store.trail.size, signer=store.signer(), salt=store.salt,
            now=clock.now(),
        )  # fmt: skip

    return whole


@pytest.fixture
def known(store, story, clock, settle, rooms):
    """A caller whose address was opened alone and on two pages with somebody else."""
    call = story()
    store.calls.record(call.whole(), clock.now())
    other = rooms.parties.resolve(Phone("+12025550188"), clock.now())
    settle()
    with purpose("call_record", actor="operator"):
        store.parties.address(store.db.reading, call.caller)
        settle()
        for _ in range(2):
            store.parties.addresses(store.db.reading, [call.caller, other])
            settle()
    return call, other


def erase(store, rooms, party):
    planned = store.eraser.plan(rooms.account, party, reason="request", actor="x")
    return store.eraser.carry_out(planned.id)


def test_what_is_kept_apart_first_and_let_go_of_later_is_counted_once(
    store, rooms, known, clock, check
):
    call, other = known
    own = {leaf.index for leaf in leaves_of(store.db.reading, call.caller, store.salt, own=True)}
    first = erase(store, rooms, call.caller)
    assert first.kept_serial != first.serial
    gone = Gone(store.db.reading)
    assert {gone.count(leaf) for leaf in own} == {1}
    assert check().faults == []
    with purpose("answer_rights", actor="officer"):
        store.parties.addresses(store.db.reading, [call.caller, other])
    assert check().faults == []
    clock.advance(181 * DAY)
    assert store.eraser.go_on(first.id) is not None
    gone = Gone(store.db.reading)
    assert {gone.count(leaf) for leaf in own} == {1}
    assert check().faults == []


def test_whoever_nobody_thought_of_since_the_start_is_counted_too(store, rooms, known, check):
    call, other = known
    for party in (call.caller, other):
        store.parties.forget(party)  # as after a start: no key of theirs is remembered
        erase(store, rooms, party)
        assert check().faults == []


def test_what_is_kept_is_not_gone_on_with_while_the_clock_may_be_wrong(store, rooms, known, clock):
    call, _ = known
    first = erase(store, rooms, call.caller)
    clock.advance(181 * DAY)
    store.leapt_from = clock.now()
    assert store.eraser.go_on(first.id) is None
    assert store.parties.key_serial(store.db.reading, call.caller) is not None
    jobs = "SELECT count(*) FROM jobs WHERE kind = 'erasure' AND run_at > ?"
    later = store.db.reading._cursor.execute(jobs, (clock.now(),)).fetchone()[0]
    assert later == 1, "it is looked at again tomorrow"
    store.believe_clock()
    assert store.eraser.go_on(first.id) is not None


def test_the_other_on_a_page_stays_proved(store, rooms, known, clock, check, tmp_path):
    call, other = known
    clock.advance(181 * DAY)
    erase(store, rooms, call.caller)
    assert check().faults == []
    swap = f"UPDATE audit_records SET body = replace(body, '{other}', '{NOBODY}')"
    store.db.submit(lambda tx: tx._cursor.execute(swap)).result(5)
    assert check().faults != []


def test_one_who_is_called_leaves_the_facts_of_the_caller(store, rooms, known, clock, check):
    call, _ = known
    clock.advance(181 * DAY)
    erase(store, rooms, call.called)
    found = check()
    assert found.faults == []
    assert found.erased >= 9


def test_what_is_noted_while_the_key_goes_is_counted_too(store, rooms, known, clock, check):
    """An opening that was on its way lands between the two steps, salted by the old key."""
    call, other = known
    clock.advance(181 * DAY)
    planned = store.eraser.plan(rooms.account, call.caller, reason="request", actor="x")
    destroy = store.keystore.destroy

    def destroyed(serials, *, line=None):
        with purpose("answer_rights", actor="officer"):
            store.parties.addresses(store.db.reading, [call.caller, other])
            store.parties.address(store.db.reading, call.caller)
        store.db.submit(lambda _: None).result(5)
        return destroy(serials, line=line)

    store.keystore.destroy = destroyed
    store.eraser.carry_out(planned.id)
    assert check().faults == []


def test_who_is_swept_away_is_counted(store, rooms, clock, check, settle):
    party = rooms.parties.resolve(Phone("+12025550166"), clock.now())
    settle()
    with purpose("call_record", actor="operator"):
        store.parties.address(store.db.reading, party)
        settle()
        store.parties.addresses(store.db.reading, [party])
        settle()
    serial = store.parties.key_serial(store.db.reading, party)

    def work(tx):
        sweeps.remove(tx, "parties", [Due(party, clock.now(), serial)])
        store.trail.note_removal(tx, "swept", at=clock.now())

    store.db.submit(work).result(5)
    store.keystore.destroy([serial])
    store.parties.forget(party)
    found = check()
    assert (found.faults, found.erased) == ([], 1)


def test_what_a_restored_database_loses_again_is_counted(
    store, rooms, known, clock, open_store, tmp_path
):
    """The key is gone before the copy learns of it: nothing in it says what the key proved."""
    call, _ = known
    clock.advance(181 * DAY)
    store.close()
    shutil.copy(tmp_path / "data" / "ringfence.db", tmp_path / "before.db")
    store = open_store()
    done = erase(store, rooms, call.caller)
    store.close()
    for left in (tmp_path / "data").glob("ringfence.db-*"):
        left.unlink()
    shutil.copy(tmp_path / "before.db", tmp_path / "data" / "ringfence.db")
    store = open_store(replay=True)
    assert store.eraser.replay() == [done.id]
    found = check_all(
        store.db.reading, store.trail.size, signer=store.signer(), salt=store.salt, now=clock.now()
    )
    assert found.faults == []
    assert found.erased >= 9
    store.close()


def test_facts_are_found_by_call(store, known):
    call, _ = known
    reading = store.db.reading
    leaves = {row[0] for row in reading._cursor.execute("SELECT leaf FROM events").fetchall()}
    assert audit_leaving.facts_of_call(reading, call.call) == leaves
    assert audit_leaving.facts_with(reading, call.caller, [call.call]) == leaves
    assert audit_leaving.facts_of_text(reading, "SM" + "0" * 32) == set()
