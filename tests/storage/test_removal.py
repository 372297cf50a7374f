"""What somebody asked to be removed: the sound at once, the record when it may."""

import pytest

from ringfence.calls import events
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.ids import LegId, RecordingId
from ringfence.storage import removal


class Heard:
    def __init__(self, party):
        self.leg, self.party, self.incoming = LegId("LG1"), party, True


@pytest.fixture
def recorded(store, rooms, clock, story):
    told = story()
    now = clock.now()
    recording = RecordingId(ids.make("recording", now, SystemEntropy()))
    rooms.recordings.begin(recording, told.call, "call", [Heard(told.caller)], now)
    store.calls.record(
        [
            told.offered(),
            events.RecordingSaved(
                at=now, call=told.call, recording=recording, source="call", reason="stopped",
                duration_ms=9, size=4, sha256=("ab",),
            ),
            told.ended(),
        ],
        now,
    )  # fmt: skip
    store.db.submit(lambda _: None).result(5)
    return told, recording


def test_a_recording_has_no_key_any_more(store, rooms, recorded):
    _, recording = recorded
    assert rooms.recordings.channel_count(recording) == 1
    store.db.submit(lambda tx: removal.remove_recording(tx, recording, at=Ms(5))).result(5)
    found = rooms.recordings.get(recording)
    assert (found.state, found.size, found.sha256, found.removed_at) == ("deleted", 0, (), 5)
    assert rooms.recordings.channel_count(recording) == 0


def test_a_call_takes_its_recordings_with_it_and_its_record_stays_unseen(store, rooms, recorded):
    told, recording = recorded
    assert removal.recordings_of(store.db.reading, told.call) == [recording]
    assert not removal.held(store.db.reading, told.call)
    store.db.submit(lambda tx: removal.remove_call(tx, told.call, at=Ms(5))).result(5)
    assert rooms.recordings.get(recording).state == "deleted"
    assert store.call_records.get(told.call).removed_at == 5
    assert store.call_records.page(told.account.id, count=5) == []
