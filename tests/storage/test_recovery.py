"""After a kill: calls end as interrupted, recordings are kept as far as they go, jobs come back."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.storage.recovery import end_of_call


@dataclass
class Asked:
    kind: str = "report"
    body: dict = field(default_factory=dict)
    account: str | None = None
    secret: bytes | None = None
    party: str | None = None
    unique: str | None = None
    run_at: int | None = None
    leg: str = "LG1"
    incoming: bool = True


@pytest.fixture
def restart(store, open_store, account):
    """Close as a kill would leave things (nothing is ended), open again and recover."""

    def again(now, measure=lambda path, key: 0):
        store.close()
        opened = open_store()
        rooms = opened.of(account)
        return opened, rooms, opened.recover(rooms, measure=measure, now=now)

    return again


def test_an_open_call_is_closed_as_interrupted_with_every_leg(store, story, clock, restart):
    one, finished = story(), story()
    store.calls.record([one.offered(), one.rang(), one.answered(), one.digits()], clock.now())
    store.calls.record(finished.whole(), clock.now())
    last = clock.now()
    opened, _, recovered = restart(last + 60_000)
    assert recovered.calls == (one.call,)
    call = opened.call_records.get(one.call)
    assert (call.state, call.cause, call.hung_up_by, call.missed) == (
        "ended", "interrupted", "system", True,
    )  # fmt: skip
    assert call.ended_at == last
    assert call.duration_ms == last - call.answered_at
    facts = opened.timeline.facts_of(one.call)
    assert [fact.name() for fact in facts[-2:]] == ["LegEnded", "CallEnded"]
    assert facts[-2].leg == one.leg
    assert facts[-2].cause is Cause.INTERRUPTED
    assert len(opened.timeline.of_call(finished.call)) == 9
    assert opened.call_records.get(finished.call).cause == "normal"


def test_recovering_twice_changes_nothing(store, story, clock, restart):
    one = story()
    store.calls.record([one.offered()], clock.now())
    opened, rooms, _ = restart(clock.now())
    size = opened.trail.size
    again = opened.recover(rooms, measure=lambda path, key: 0, now=clock.now())
    assert (again.calls, again.recordings, again.lost, again.jobs) == ((), (), (), 0)
    assert opened.trail.size == size


def test_a_recording_is_kept_as_far_as_it_goes(store, rooms, story, clock, restart):
    one = story()
    offered, answered, requested = one.offered(), one.answered(), one.requested()
    [file] = rooms.recordings.begin(
        one.recording, one.call, "voicemail", [Asked(party=one.caller)], clock.now()
    )
    Path(file.path).write_bytes(b"sealed frames")
    store.calls.record([offered, answered, requested, one.started()], clock.now())
    heard = clock.now()
    opened, rooms, recovered = restart(
        heard + 60_000, lambda path, key: 4000 if key == file.key else 0
    )
    assert recovered.recordings == (one.recording,)
    recording = rooms.recordings.get(one.recording)
    assert (recording.state, recording.duration_ms, recording.size) == ("saved", 4000, 13)
    assert (store.folder.recordings / Path(file.path).name).read_bytes() == b"sealed frames"
    *_, saved, left, leg, end = opened.timeline.facts_of(one.call)
    assert [fact.name() for fact in (saved, left, leg, end)] == [
        "RecordingSaved", "VoicemailLeft", "LegEnded", "CallEnded",
    ]  # fmt: skip
    assert (left.recording, left.duration_ms, left.party) == (one.recording, 4000, one.caller)
    # the recording shows that the call lived on after its last fact
    assert {fact.at for fact in (saved, left, leg, end)} == {heard + 4000}
    assert opened.call_records.get(one.call).ended_at == heard + 4000
    assert recording.ended_at == heard + 4000


def test_what_was_recorded_ends_before_the_restart_whatever_the_clock_said(
    store, rooms, story, clock, restart
):
    one = story()
    told = [one.offered(), one.answered(), one.requested(), one.started()]
    [file] = rooms.recordings.begin(one.recording, one.call, "dial", [Asked()], clock.now())
    Path(file.path).write_bytes(b"sealed frames")
    store.calls.record(told, clock.now())
    now = clock.now() + 1_000
    opened, _, _ = restart(now, lambda path, key: 4000)
    facts = opened.timeline.facts_of(one.call)
    assert [fact.name() for fact in facts[-3:]] == ["RecordingSaved", "LegEnded", "CallEnded"]
    assert {fact.at for fact in facts[-3:]} == {now}


def test_a_recording_of_which_nothing_is_left_is_reported(store, rooms, story, clock, restart):
    one = story()
    store.calls.record([one.offered(), one.requested()], clock.now())
    rooms.recordings.begin(one.recording, one.call, "voicemail", [Asked()], clock.now())
    _, rooms, recovered = restart(clock.now())
    assert recovered.lost == (one.recording,)
    recording = rooms.recordings.get(one.recording)
    assert (recording.state, recording.reason) == ("failed", "media_lost")


def test_a_recording_of_a_call_that_has_ended_is_finished_too(store, rooms, story, clock, restart):
    one = story()
    [file] = rooms.recordings.begin(one.recording, one.call, "call", [Asked()], clock.now())
    Path(file.path).write_bytes(b"")
    store.calls.record([one.offered(), one.requested(), one.ended()], clock.now())
    opened, _, recovered = restart(clock.now())
    assert recovered.calls == ()
    assert recovered.lost == (one.recording,)
    assert [f.name() for f in opened.timeline.facts_of(one.call)][-1] == "RecordingFailed"


def test_leased_jobs_are_ready_again(store, restart):
    import asyncio

    asyncio.run(store.outbox.enqueue([Asked()], now=1))
    asyncio.run(store.outbox.lease(now=1, count=1, lease_ms=10**9))
    opened, _, recovered = restart(500)
    assert recovered.jobs == 1
    assert opened.outbox.counts() == {"ready": 1, "leased": 0, "dead": 0}


def test_an_empty_folder_has_nothing_to_recover(restart):
    _, _, recovered = restart(1)
    assert (recovered.calls, recovered.recordings, recovered.jobs) == ((), (), 0)


def record_of(store, told, clock):
    store.calls.record(told, clock.now())
    store.db.submit(lambda tx: None).result(5)
    return store.call_records.get(told[0].call)


def test_talking_is_counted_up_to_the_interruption(store, story, clock):
    one = story()
    told = [one.offered(), one.answered()]
    leg = {"call": one.call, "leg": "LG2"}
    at = clock.now()
    told += [
        events.LegPlaced(at=at + 100, role="callee", party=one.called, **leg),
        events.LegConnected(at=at + 1000, codec="PCMA", **leg),
        events.LegsBridged(at=at + 1000, call=one.call, a=one.leg, b="LG2"),
        events.CallAnsweredByPerson(at=at + 1000, party=one.called, **leg),
        events.AudioArrived(at=at + 5000, **leg),
    ]
    ends = end_of_call(record_of(store, told, clock), told, at + 7000)
    assert [(f.leg, f.role, f.codec) for f in ends[:-1]] == [
        (one.leg, "caller", "PCMU"), ("LG2", "callee", "PCMA"),
    ]  # fmt: skip
    assert ends[1].up_ms == 6000
    assert ends[-1].talk_ms == 6000
    assert not ends[-1].missed
    ended = events.DialEnded(
        at=at + 6500, call=one.call, status="completed", cause=Cause.NORMAL, ring_ms=1, talk_ms=5500
    )
    gone = events.LegEnded(at=at + 6500, role="callee", cause=Cause.NORMAL, by_far_end=True, **leg)
    ends = end_of_call(store.call_records.get(one.call), [*told, ended, gone], at + 7000)
    assert [f.leg for f in ends[:-1]] == [one.leg]
    assert ends[-1].talk_ms == 5500


def test_a_leg_that_took_the_place_of_another_is_ended_in_its_stead(store, story, clock):
    one = story()
    at = clock.now()
    told = [
        one.offered(),
        one.answered(),
        events.LegTransferred(at=at + 500, call=one.call, leg=one.leg, to="LG9", attended=True),
        events.LegEnded(
            at=at + 500, call=one.call, leg=one.leg, role="caller", cause=Cause.TRANSFERRED,
            by_far_end=True,
        ),
    ]  # fmt: skip
    ends = end_of_call(record_of(store, told, clock), told, at + 2500)
    assert [(f.leg, f.role, f.up_ms) for f in ends[:-1]] == [("LG9", "caller", 2000)]


@pytest.mark.parametrize("later", [0, 700])
def test_what_was_heard_while_it_rang_is_no_talk(store, story, clock, later):
    one = story()
    leg = {"call": one.call, "leg": "LG2"}
    at = clock.now()
    told = [
        one.offered(),
        events.LegPlaced(at=at, role="callee", party=one.called, **leg),
        events.LegsBridged(at=at + 10, call=one.call, a=one.leg, b="LG2"),
        events.LegConnected(at=at + 5000, codec="PCMA", **leg),
    ]
    ends = end_of_call(record_of(store, told, clock), told, at + 5000 + later)
    assert ends[-1].talk_ms == later
    ends = end_of_call(store.call_records.get(one.call), told[:-1], at + 5000)
    assert ends[-1].talk_ms == 0


def test_the_end_is_never_before_the_last_fact(store, story, clock):
    one = story()
    told = [one.offered(), one.answered()]
    ends = end_of_call(record_of(store, told, clock), told, told[0].at - 5000)
    assert all(fact.at == told[-1].at for fact in ends)
