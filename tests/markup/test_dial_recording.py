"""The recording of a talk with a caller out of a queue: ruled on once they are connected."""

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, ClipId, LegId, RecordingId
from ringfence.markup.context import Source
from ringfence.markup.dial_recording import TRACKS
from ringfence.markup.exchange import AskRecording, Callback, ClipFailed, ClipReady, Speak

CALLER = CallId("CA" + "8" * 32)
AGENT_LEG, CALLER_LEG = LegId("LG-agent"), LegId("LG-caller")
RECORDING = RecordingId("RE" + "7" * 32)
BASE = Source(url="https://x.example/d/voice")
TELL = "recordingStatusCallback='kept' recordingStatusCallbackEvent='in-progress completed absent'"


def taken(script, attributes="record='record-from-answer-dual'", **ruled):
    s = script(BASE)
    for name, value in ruled.items():
        setattr(s, name, value)
    s.begin()
    s.fetched(f"<Response><Dial {attributes}><Queue>support</Queue></Dial></Response>")
    return s.tell(notices.QueueTaken(peer_call=CALLER, leg=AGENT_LEG, peer=CALLER_LEG))


def test_both_are_asked_about_and_then_recorded(script):
    s = taken(script, "record='record-from-ringing-dual' trim='trim-silence'")
    asked = s.last(AskRecording)
    assert (asked.source, asked.peers) == ("dial", (CALLER,))
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


def test_where_the_law_lets_nothing_be_kept_nothing_is(script):
    s = taken(script, outcome="never", duties=("none", "none"))
    assert s.all(commands.RuleRecording)
    assert not s.all(commands.StartRecording)
    (note,) = [note for note in s.notes if note.code == "recording_not_permitted"]
    assert "the law" in note.text


@pytest.mark.parametrize(
    ("duties", "owed"),
    [
        (("none", "announce"), [(CALLER_LEG, CALLER, False)]),
        (("announce", "none"), [(AGENT_LEG, None, False)]),
        (("announce", "ask"), [(AGENT_LEG, None, False), (CALLER_LEG, CALLER, True)]),
    ],
)
def test_who_has_to_know_is_told_or_asked_before_it_begins(script, duties, owed):
    s = taken(script, outcome="ask", duties=duties)
    told = s.last(commands.StartRecording).notices
    assert [(one.leg, one.call, one.notice.ask) for one in told] == owed
    assert all(one.notice.clips for one in told)


@pytest.mark.parametrize("broken", [True, False])
def test_it_begins_when_the_sentence_is_there_and_not_without(script, broken):
    s = script(BASE)
    s.duties, s.hold_clips = ("none", "ask"), True
    s.begin()
    s.fetched("<Response><Dial record='true'><Queue>support</Queue></Dial></Response>")
    s.tell(notices.QueueTaken(peer_call=CALLER, leg=AGENT_LEG, peer=CALLER_LEG))
    assert not s.all(commands.StartRecording)
    spoken = s.last(Speak)
    clip = ClipReady(request=spoken.request, clip=ClipId("CL-1"), duration_ms=900)
    s.tell(ClipFailed(request=spoken.request) if broken else clip)
    assert bool(s.all(commands.StartRecording)) is not broken
    assert ("recording_not_permitted" in s.codes) is broken


def test_a_talk_that_is_over_before_the_sentence_is_there_is_not_recorded(script):
    s = script(BASE)
    s.duties, s.hold_clips = ("none", "ask"), True
    s.begin()
    s.fetched("<Response><Dial record='true'><Queue>support</Queue></Dial></Response>")
    s.tell(notices.QueueTaken(peer_call=CALLER, leg=AGENT_LEG, peer=CALLER_LEG))
    spoken = s.last(Speak)
    s.tell(notices.DialFinished(status="completed", cause=Cause.NORMAL, peer_call=CALLER))
    s.tell(ClipReady(request=spoken.request, clip=ClipId("CL-1"), duration_ms=900))
    assert not s.all(commands.StartRecording)


def test_who_asked_for_nothing_is_asked_nothing(script):
    s = taken(script, "")
    assert not s.last(commands.TakeFromQueue).record


def test_how_it_fares_is_told_even_after_the_call(script):
    s = taken(script, f"record='record-from-answer-dual' {TELL}")
    s.tell(notices.RecordingAsked(recording=RECORDING, source="dial"))
    (pledge,) = s.all(Callback)
    assert (pledge.outcome, pledge.pledged) == (RECORDING, ("completed", "absent"))
    s.tell(notices.RecordingBegun(recording=RECORDING, source="dial", began=Ms(1_000)))
    s.tell(notices.DialFinished(status="completed", cause=Cause.NORMAL, peer_call=CALLER))
    s.hang_up()
    s.tell(
        notices.RecordingFinished(
            recording=RECORDING, source="dial", reason="stopped", duration_ms=4_400
        )
    )
    told = [s.params(one) for one in s.all(Callback)[1:]]
    assert [one["RecordingStatus"] for one in told] == ["in-progress", "completed"]
    assert told[0]["RecordingStartTime"] == "Thu, 01 Jan 1970 00:00:01 +0000"
    assert (told[1]["RecordingDuration"], told[1]["RecordingChannels"]) == ("4", "2")
    assert {one["RecordingSource"] for one in told} == {"DialVerb"}
