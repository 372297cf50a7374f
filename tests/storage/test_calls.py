"""Facts become rows: event, state, leaf, links and jobs, all or none of them."""

import asyncio
from dataclasses import dataclass, field

import apsw
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from ringfence.calls import events
from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy import audit
from ringfence.storage.audit import prover, record_bytes
from ringfence.storage.schema import call_parties, jobs
from ringfence.storage.statement import Statement

LINKS = Statement(select(call_parties.c.party_id, call_parties.c.call_id))
JOBS = Statement(select(jobs.c.kind, jobs.c.body))


@dataclass
class Asked:
    kind: str = "report"
    body: dict = field(default_factory=dict)
    account: str | None = None
    secret: bytes | None = None
    party: str | None = None
    unique: str | None = None
    run_at: int | None = None


def test_the_facts_of_a_call_add_up_to_its_record(store, story, clock, settle):
    one = story()
    for fact in one.whole():
        store.calls.record([fact], clock.now())
    settle()
    call = store.call_records.get(one.call)
    assert (call.direction, call.state, call.cause, call.hung_up_by) == (
        "inbound", "ended", "normal", "caller",
    )  # fmt: skip
    assert (call.caller, call.called) == (one.caller, one.called)
    assert (call.missed, call.codec, call.mos_x100, call.duration_ms) == (True, "PCMU", 441, 5000)
    assert call.offered_at < call.answered_at <= call.ended_at
    assert [event.name for event in store.timeline.of_call(one.call)] == [
        fact.name() for fact in one.whole()
    ]


def test_each_step_shows_in_the_record(store, story, clock, settle):
    one = story()
    seen = []
    for fact in (one.offered(), one.rang(), one.answered(), one.ended()):
        store.calls.record([fact], clock.now())
        settle()
        call = store.call_records.get(one.call)
        seen.append((call.state, call.ended_at is None))
    assert seen == [("offered", True), ("ringing", True), ("answered", True), ("ended", False)]


def test_a_call_of_ours_and_a_person_who_answers(store, story, clock, settle):
    one = story()
    offered = one.offered()
    placed = events.CallPlaced(
        at=offered.at, call=one.call, account=offered.account, leg=one.leg,
        caller=one.called, called=one.caller,
    )  # fmt: skip
    person = events.CallAnsweredByPerson(
        at=clock.now(), call=one.call, leg=one.leg, party=one.caller
    )
    store.calls.record([placed, one.answered(), person], clock.now())
    settle()
    call = store.call_records.get(one.call)
    assert (call.direction, call.state, call.answered_by) == ("outbound", "answered", one.caller)
    assert call.person_at == person.at


def test_everybody_who_took_part_is_linked_once(store, story, clock, settle):
    one = story()
    store.calls.record(one.whole(), clock.now())
    settle()
    assert sorted(store.db.reading.rows(LINKS)) == sorted(
        [(one.caller, one.call), (one.called, one.call)]
    )
    assert store.call_records.of_party(one.caller, count=10) == [one.call]


def test_a_number_of_ours_is_nobody_and_not_linked(store, story, clock, settle):
    one, two = story(), story()
    store.calls.record([replace(one.offered(), number="PN" + "1" * 32)], clock.now())
    offered = two.offered()
    placed = events.CallPlaced(
        at=offered.at, call=two.call, account=offered.account, leg=two.leg,
        caller=two.called, called=two.caller, number="PN" + "1" * 32,
    )  # fmt: skip
    store.calls.record([placed], clock.now())
    settle()
    assert sorted(store.db.reading.rows(LINKS)) == sorted(
        [(one.caller, one.call), (two.caller, two.call)]
    )


def test_jobs_are_asked_for_in_the_same_transaction(store, story, clock, settle):
    store.calls.jobs_of = lambda fact: (
        [Asked(body={"call": fact.call})] if isinstance(fact, events.CallEnded) else []
    )
    woken = []
    store.outbox.wake = lambda: woken.append(True)
    one = story()
    store.calls.record(one.whole(), clock.now())
    settle()
    assert store.db.reading.rows(JOBS) == [("report", f'{{"call":"{one.call}"}}')]
    assert woken


def test_every_fact_has_a_leaf_that_can_be_proved_and_none_without_the_callers_key(
    store, story, account, clock, settle
):
    stories = [story(), story(caller="+12025550124")]
    for one in stories:
        store.calls.record(one.whole(), clock.now())
    settle()
    size = store.trail.size
    assert size == 18
    proofs = prover(store.db.reading)
    root = proofs.root(size)
    for one in stories:
        serial = store.parties.key_serial(store.db.reading, one.caller)
        salt = store.vault.salt(serial, one.call)
        for event in store.timeline.of_call(one.call):
            record = record_bytes(event.name, event.at, event.call, event.body.encode())
            entry = audit.commitment(salt, event.leaf, record)
            path = proofs.inclusion(event.leaf, size)
            assert audit.verify_inclusion(audit.leaf_hash(entry), event.leaf, size, path, root)
            wrong = audit.commitment(salt, event.leaf, record + b" ")
            assert not audit.verify_inclusion(audit.leaf_hash(wrong), event.leaf, size, path, root)
    store.keystore.destroy([store.parties.key_serial(store.db.reading, stories[0].caller)])
    with pytest.raises(Refused):
        store.vault.salt(
            store.parties.key_serial(store.db.reading, stories[0].caller), stories[0].call
        )


def test_the_call_of_somebody_erased_meanwhile_is_still_recorded(store, story, clock, settle):
    one = story()
    settle()
    store.keystore.destroy([store.parties.key_serial(store.db.reading, one.caller)])
    store.calls.record(one.whole(), clock.now())
    settle()
    assert store.call_records.get(one.call).state == "ended"


def test_recording_facts_keep_the_row_of_the_recording(store, rooms, story, clock, settle):
    saved, failed = story(), story()
    store.calls.record(saved.whole(), clock.now())
    store.calls.record([failed.offered(), failed.requested(), failed.failed()], clock.now())
    settle()
    one = rooms.recordings.get(saved.recording)
    assert (one.state, one.reason, one.duration_ms, one.size) == ("saved", "stopped", 2000, 99)
    assert one.requested_at < one.started_at < one.ended_at
    other = rooms.recordings.get(failed.recording)
    assert (other.state, other.reason, other.started_at) == ("failed", "empty", None)


def test_a_fact_of_a_call_that_never_began_is_a_bug_and_harms_no_other(
    store, story, clock, settle, logged
):
    good, bad = story(), story()
    store.calls.record([bad.answered()], clock.now())
    store.calls.record([good.offered()], clock.now())
    settle()
    [line] = logged
    assert "never began" in str(line["exc_info"])
    assert store.call_records.get(good.call) is not None
    assert store.call_records.get(bad.call) is None
    assert store.trail.size == 1


def test_the_numbers_of_events_have_no_gap_after_a_failure(store, story, clock, settle, logged):
    one, two = story(), story()
    store.calls.record([one.offered()], clock.now())
    store.calls.record([one.offered()], clock.now())  # twice: the id is taken
    store.calls.record([two.offered()], clock.now())
    settle()
    assert [event.id for event in store.timeline.since(0, count=10)] == [1, 2]
    assert [event.leaf for event in store.timeline.since(0, count=10)] == [0, 1]
    assert [line["event"] for line in logged] == ["unit_failed"]


def test_facts_go_on_after_a_restart(open_store, story, store, clock, settle):
    one = story()
    store.calls.record([one.offered(), one.answered()], clock.now())
    store.close()
    again = open_store()
    again.calls.record([one.ended()], clock.now())
    again.db.submit(lambda tx: None).result(5)
    assert [event.id for event in again.timeline.of_call(one.call)] == [1, 2, 3]
    assert [event.leaf for event in again.timeline.of_call(one.call)] == [0, 1, 2]
    size = again.trail.size
    assert prover(again.db.reading).root(size) == again.trail._log.root()


def test_a_loop_learns_when_facts_are_durable(store, story, clock):
    one = story()

    async def main():
        await store.calls.record_durably([one.offered()], clock.now())
        assert store.call_records.get(one.call).state == "offered"
        with pytest.raises(LocalError):
            await store.calls.record_durably([story().answered()], clock.now())

    asyncio.run(main())


def test_whichever_write_fails_no_fact_is_lost_doubled_or_torn(
    tmp_path, open_store, disk, make_story
):
    """Invariant: for every n the n-th write may fail once; the facts come through whole."""
    for n in range(1, 45, 2):
        store = open_store(tmp_path / str(n), vfs=disk.name)
        one, two = make_story(store), make_story(store)
        store.db.submit(lambda tx: None).result(10)
        disk.fail_after(n, apsw.IOError if n % 4 == 1 else apsw.FullError, once=True)
        for left, right in zip(one.whole(), two.whole(), strict=True):
            store.calls.record([left], left.at)
            store.calls.record([right], right.at)
        store.db.submit(lambda tx: None, patient=True).result(20)
        disk.mend()
        store.close()
        again = open_store(tmp_path / str(n))
        for told in (one, two):
            assert again.call_records.get(told.call).state == "ended"
            assert len(again.timeline.of_call(told.call)) == 9
        stored = again.timeline.since(0, count=100)
        assert [event.id for event in stored] == list(range(1, 19))
        assert [event.leaf for event in stored] == list(range(18))
        assert prover(again.db.reading).root(18) == again.trail._log.root()
        again.close()
