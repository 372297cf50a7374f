"""The recording of a talk with a caller out of a queue: ruled on once they are connected."""

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.ids import CallId, RecordingId
from ringfence.markup.context import Source
from ringfence.markup.dial_recording import TRACKS
from ringfence.markup.exchange import AskRecording, Callback

CALLER = CallId("CA" + "8" * 32)
RECORDING = RecordingId("RE" + "7" * 32)
BASE = Source(url="https://x.example/d/voice")
TELL = "recordingStatusCallback='kept' recordingStatusCallbackEvent='in-progress completed absent'"


def taken(script, attributes="record='record-from-answer-dual'", **ruled):
    s = script(BASE)
    for name, value in ruled.items():
        setattr(s, name, value)
    s.begin()
    s.fetched(f"<Response><Dial {attributes}><Queue>support</Queue></Dial></Response>")
    return s.tell(notices.QueueTaken(peer_call=CALLER))


def test_both_are_asked_about_and_then_recorded(script):
    s = taken(script, "record='record-from-ringing-dual' trim='trim-silence'")
    asked = s.last(AskRecording)
    assert (asked.source, asked.peer) == ("dial", CALLER)
    assert (asked.first, asked.own) == (s.program.context.caller, s.program.context.called)
    order = [
        type(x) for x in s.log if isinstance(x, commands.RuleRecording | commands.StartRecording)
    ]
    assert order == [commands.RuleRecording, commands.StartRecording]
    assert s.last(commands.StartRecording) == commands.StartRecording(
        source="dial", dual=True, trim=True
    )


@pytest.mark.parametrize("track", sorted(TRACKS))
def test_one_side_is_recorded_alone(script, track):
    s = taken(script, f"record='record-from-answer' recordingTrack='{track}'")
    asked = s.last(commands.StartRecording)
    assert (asked.dual, asked.track) == (False, track)


@pytest.mark.parametrize(
    ("outcome", "duties", "why"),
    [
        ("never", ("none", "none"), "the law"),
        ("announce", ("none", "announce"), "told or asked before"),
        ("announce", ("announce", "none"), "told or asked before"),
        ("ask", ("none", "ask"), "told or asked before"),
    ],
)
def test_whom_it_cannot_be_said_to_is_not_recorded(script, outcome, duties, why):
    s = taken(script, outcome=outcome, duties=duties)
    assert s.all(commands.RuleRecording)
    assert not s.all(commands.StartRecording)
    (note,) = [note for note in s.notes if note.code == "recording_not_permitted"]
    assert why in note.text


def test_who_asked_for_nothing_is_asked_nothing(script):
    s = taken(script, "")
    assert not s.last(commands.TakeFromQueue).record


def test_how_it_fares_is_told_even_after_the_call(script):
    s = taken(script, f"record='record-from-answer-dual' {TELL}")
    s.tell(notices.RecordingBegun(recording=RECORDING, source="dial"))
    s.tell(notices.DialFinished(status="completed", cause=Cause.NORMAL, peer_call=CALLER))
    s.hang_up()
    s.tell(
        notices.RecordingFinished(
            recording=RECORDING, source="dial", reason="stopped", duration_ms=4_400
        )
    )
    told = [s.params(one) for one in s.all(Callback)]
    assert [one["RecordingStatus"] for one in told] == ["in-progress", "completed"]
    assert (told[1]["RecordingDuration"], told[1]["RecordingChannels"]) == ("4", "2")
    assert {one["RecordingSource"] for one in told} == {"DialVerb"}
