"""Calls and recordings are removed on request, as far as a law lets them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import DAY, Ms, VirtualClock
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone


class Heard:
    def __init__(self, leg, party):
        self.leg, self.party, self.incoming = leg, party, True


@pytest.fixture
def call(office):
    """A call that is over, with a recording."""
    return told(office)


def told(office, *, over=True):
    now = office.clock.now()
    call, leg, recording = (
        ids.make(kind, now, office.entropy) for kind in ("call", "leg", "recording")
    )
    rooms = office.store
    caller, called = (
        rooms.party_room.resolve(Phone(number), now) for number in ("+12025550123", "+12025550188")
    )
    (file,) = rooms.recordings.begin(recording, call, "call", [Heard(leg, caller)], now)
    Path(file.path).write_bytes(b"sealed")
    facts = [
        events.CallOffered(
            at=now, call=call, account=office.account.id, leg=leg, caller=caller, called=called
        ),
        events.RecordingSaved(
            at=now, call=call, recording=recording, source="call", reason="stopped",
            duration_ms=900, size=6, sha256=("ab",),
        ),
        events.CallEnded(
            at=now, call=call, account=office.account.id, direction="inbound",
            cause=Cause.NORMAL, hung_up_by="caller", missed=True, offered_at=now, rang_at=None,
            answered_at=None, answered_by_person_at=None, ended_at=now, duration_ms=0, talk_ms=0,
        ),
    ]  # fmt: skip
    rooms.calls.record(facts if over else facts[:1], now)
    rooms.recordings.finish_now(recording, keep=True)
    rooms.db.submit(lambda _: None).result(5)
    return call, recording


def run(office, name, *, actor="operator", **args):
    async def ask():
        return await office.run(name, args, actor=actor)

    return asyncio.run(ask())


def code(office, name, **args):
    with pytest.raises(Refused) as refused:
        run(office, name, **args)
    return refused.value.code


def test_a_removed_call_is_shown_to_nobody_and_its_sound_is_gone(office, call):
    sid, recording = call
    files = office.store.store.folder.recordings
    assert list(files.iterdir())
    run(office, "call.remove", sid=sid)
    assert code(office, "call.show", sid=sid) == "not_found"
    assert run(office, "call.list").calls == []
    assert run(office, "call.search", children=True).calls == []
    assert not list(files.iterdir())
    assert office.store.recordings.get(recording).state == "deleted"
    assert code(office, "call.remove", sid=sid) == "not_found"


def test_the_record_goes_on_the_first_day_a_law_lets_it(office, call):
    sid, _ = call
    now = office.clock.now()
    run(office, "call.remove", sid=sid)
    office.clock = VirtualClock(Ms(now + 540 * DAY))
    run(office, "privacy.retention.sweep")
    assert office.store.records.get(sid) is not None
    office.clock = VirtualClock(Ms(now + 551 * DAY))
    run(office, "privacy.retention.sweep")
    assert office.store.records.get(sid) is None


def test_a_call_no_law_wants_any_longer_goes_at_once(office, call):
    sid, recording = call
    office.clock = VirtualClock(Ms(office.clock.now() + 551 * DAY))
    run(office, "call.remove", sid=sid)
    assert office.store.records.get(sid) is None
    assert office.store.recordings.get(recording) is None
    assert run(office, "privacy.audit.verify").faults == []


def test_while_the_clock_may_be_wrong_the_record_stays(office, call):
    sid, _ = call
    office.store.store.leapt_from = office.clock.now()
    office.clock = VirtualClock(Ms(office.clock.now() + 551 * DAY))
    run(office, "call.remove", sid=sid)
    assert office.store.records.get(sid) is not None


def test_a_call_in_progress_stays(office):
    sid, _ = told(office, over=False)
    assert code(office, "call.remove", sid=sid) == "in_progress"


def test_a_hold_keeps_call_and_recording(office, call):
    sid, recording = call
    run(office, "privacy.hold", record=recording)
    assert code(office, "recording.remove", sid=recording) == "held"
    assert code(office, "call.remove", sid=sid) == "held"


def test_a_recording_is_removed_alone(office, call):
    sid, recording = call
    run(office, "recording.remove", sid=recording)
    assert not list(office.store.store.folder.recordings.iterdir())
    assert run(office, "call.show", sid=sid).sid == sid
    assert code(office, "recording.remove", sid=recording) == "not_found"
    assert code(office, "recording.remove", sid="RE1") == "not_found"


def test_who_may_not_erase_may_not_remove(office, call):
    sid, recording = call
    for use, record in (("call.remove", sid), ("recording.remove", recording)):
        with pytest.raises(Refused, match="not_allowed"):
            run(office, use, actor="admin:manager", sid=record)
