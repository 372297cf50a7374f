"""What is recorded of a room, and who is told of it."""

from __future__ import annotations

from ringfence.calls import events
from ringfence.calls.commands import Told
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, ConferenceId, RecordingId
from ringfence.markup.exchange import Callback
from ringfence.switch.room_recording import RoomRecording

ONE, TWO = RecordingId("RE1"), RecordingId("RE2")
CALL, OTHER = CallId("CA1"), CallId("CA2")


class Listener:
    """What was told."""

    def __init__(self, *words: str) -> None:
        self.sent: list[dict[str, object]] = []
        self.pledged: list[Callback] = []
        self.settled: list[RecordingId | None] = []
        self.recording = RoomRecording(
            ConferenceId("CF1"), AccountId("AC1"), "https://pbx.example.com", self.take
        )
        self.recording.told = Told(url="https://x.example/r", events=words)

    def take(self, call: CallId, request: Callback) -> None:
        assert call == CALL
        if request.silent:
            self.pledged = [one for one in self.pledged if one.outcome != request.outcome]
            return
        if request.pledged:
            self.pledged.append(request)
            return
        self.sent.append(dict(request.params))
        self.settled.append(request.outcome)

    def asked(self, recording: RecordingId, call: CallId) -> None:
        self.recording.hear(
            events.RecordingRequested(
                at=Ms(1), call=call, recording=recording, source="conference", legs=(), parties=()
            )
        )

    def began(self, recording: RecordingId, call: CallId, at: int) -> None:
        self.recording.hear(events.RecordingStarted(at=Ms(at), call=call, recording=recording))

    def saved(self, recording: RecordingId, call: CallId, at: int) -> None:
        self.recording.hear(
            events.RecordingSaved(
                at=Ms(at), call=call, recording=recording, source="conference",
                reason="stopped", duration_ms=at, size=1, sha256=(),
            )
        )  # fmt: skip

    def failed(self, recording: RecordingId, call: CallId) -> None:
        self.recording.hear(
            events.RecordingFailed(
                at=Ms(9), call=call, recording=recording, source="conference", reason="refused"
            )
        )


def test_the_first_voice_stands_for_all_and_the_end_is_the_last_one_s() -> None:
    room = Listener("in-progress", "completed")
    for recording, call, at in ((ONE, CALL, 1_000), (TWO, OTHER, 5_000)):
        room.asked(recording, call)
        room.began(recording, call, at)
    assert [one["RecordingStatus"] for one in room.sent] == ["in-progress"]
    room.saved(ONE, CALL, 9_000)
    room.recording.close(Ms(9_000))
    assert not room.recording.over
    room.saved(TWO, OTHER, 31_000)
    assert room.recording.over
    last = room.sent[-1]
    assert (last["RecordingStatus"], last["RecordingDuration"]) == ("completed", "30")
    assert (last["RecordingSid"], last["ConferenceSid"]) == (ONE, "CF1")
    assert last["RecordingUrl"] == "https://pbx.example.com/2010-04-01/Accounts/AC1/Recordings/RE1"
    assert last["RecordingSource"] == "Conference"
    room.recording.close(Ms(99_000))
    assert len(room.sent) == 2
    assert room.settled == ["", ONE]


def test_its_outcome_is_pledged_once_when_the_first_voice_is_kept() -> None:
    room = Listener("completed")
    for recording, call, at in ((ONE, CALL, 1_000), (TWO, OTHER, 5_000)):
        room.asked(recording, call)
        room.began(recording, call, at)
    (pledge,) = room.pledged
    assert (pledge.outcome, pledge.pledged, pledge.kind) == (ONE, ("completed",), "recording")
    assert dict(pledge.params)["RecordingSid"] == ONE
    assert "RecordingStatus" not in dict(pledge.params)
    nobody = Listener("in-progress")
    nobody.asked(ONE, CALL)
    nobody.began(ONE, CALL, 5)
    assert nobody.pledged == []


def test_nothing_was_kept() -> None:
    room = Listener("absent")
    room.asked(ONE, CALL)
    room.began(ONE, CALL, 5)
    room.failed(ONE, CALL)
    room.recording.close(Ms(9))
    assert [one["RecordingStatus"] for one in room.sent] == ["absent"]


def test_nobody_was_recorded_and_nobody_is_told() -> None:
    room = Listener("in-progress", "completed", "absent")
    room.recording.close(Ms(9))
    assert room.recording.over
    assert room.sent == []


def test_a_pledge_of_another_outcome_than_it_had_is_void() -> None:
    room = Listener("completed")
    room.asked(ONE, CALL)
    room.began(ONE, CALL, 5)
    assert len(room.pledged) == 1
    room.failed(ONE, CALL)
    room.recording.close(Ms(9))
    assert (room.sent, room.pledged) == ([], [])
