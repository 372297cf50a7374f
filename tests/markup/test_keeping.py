"""Recording in Start: what the call is asked for, who is told, and how it ends."""

import pytest

from ringfence.calls import commands, notices
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import RecordingId
from ringfence.markup.context import Source
from ringfence.markup.exchange import Callback

RECORDING = RecordingId("RE" + "7" * 32)
BASE = Source(url="https://x.example/d/voice")
START = "<Response><Start><Recording {}/></Start><Say>on</Say>{}<Pause length='9'/></Response>"


def begun(script, attributes="", more="", **ruled):
    s = script(BASE)
    for name, value in ruled.items():
        setattr(s, name, value)
    s.begin()
    return s.fetched(START.format(attributes, more))


def test_the_call_is_recorded_and_the_next_verb_follows(script):
    s = begun(script, "channels='dual' trim='trim-silence'")
    assert s.last(commands.StartRecording) == commands.StartRecording(
        source="call", dual=True, trim=True
    )
    assert s.heard == ["on"]
    assert s.program.recorded


def test_one_side_is_one_channel(script):
    s = begun(script, "track='inbound' channels='dual'")
    asked = s.last(commands.StartRecording)
    assert (asked.track, asked.dual) == ("inbound", False)


def test_how_it_fares_is_told_even_after_the_call(script):
    s = begun(
        script,
        "recordingStatusCallback='kept' recordingStatusCallbackMethod='GET' "
        "recordingStatusCallbackEvent='in-progress completed'",
    )
    s.tell(notices.RecordingAsked(recording=RECORDING, source="call"))
    (pledge,) = s.all(Callback)
    assert (pledge.outcome, pledge.pledged) == (RECORDING, ("completed",))
    s.tell(notices.RecordingBegun(recording=RECORDING, source="call", began=Ms(1_000)))
    s.hang_up()
    s.tell(
        notices.RecordingFinished(
            recording=RECORDING, source="call", reason="leg_closed", duration_ms=4_400
        )
    )
    _, first, last = s.all(Callback)
    assert (first.outcome, last.outcome) == ("", RECORDING)
    assert (first.url, first.method, first.kind) == ("https://x.example/d/kept", "GET", "recording")
    told = s.params(last)
    assert (told["RecordingStatus"], told["RecordingDuration"]) == ("completed", "4")
    assert (told["RecordingSource"], told["RecordingChannels"]) == ("StartCallRecordingTwiML", "1")
    assert told["RecordingSid"] == RECORDING
    assert "RecordingDuration" not in s.params(first)
    assert s.params(first)["RecordingStartTime"] == "Thu, 01 Jan 1970 00:00:01 +0000"


@pytest.mark.parametrize("wanted", ["", "recordingStatusCallbackEvent='completed'"])
def test_what_came_to_nothing_is_on_the_timeline(script, wanted):
    s = begun(script, f"recordingStatusCallback='kept' {wanted}")
    s.tell(notices.RecordingMissing(recording=RECORDING, source="call", reason="no_answer"))
    assert s.codes == ["recording_failed"]
    assert s.all(Callback) == []


def test_where_the_law_lets_nothing_be_kept_nothing_is(script):
    s = begun(script, outcome="never")
    assert s.all(commands.StartRecording) == []
    assert s.codes == ["recording_not_permitted"]
    assert s.heard == ["on"]


def test_who_has_to_be_told_is_told_first(script):
    s = begun(script, outcome="announce", duties=("announce",))
    told = s.last(commands.TellRecording)
    assert (told.source, told.answer) == ("call", "heard")
    assert s.log.index(told) < s.log.index(s.last(commands.StartRecording))


def test_it_is_recorded_once(script):
    s = begun(script, more="<Start><Recording/></Start>")
    assert len(s.all(commands.StartRecording)) == 1
    assert s.codes == ["recording_failed"]


def test_stop_ends_it_and_it_may_begin_again(script):
    s = begun(
        script,
        "name='a'",
        "<Stop><Recording name='b'/></Stop><Stop><Recording name='a'/></Stop>"
        "<Start><Recording/></Start><Stop><Recording/></Stop>",
    )
    assert s.all(commands.StopRecording) == [commands.StopRecording(source="call")] * 2
    assert len(s.all(commands.StartRecording)) == 2
    assert s.codes == []


def test_whoever_is_dialled_meanwhile_is_told(script):
    s = begun(script, more="<Dial>+12025550141</Dial>")
    assert s.last(commands.Dial).covers
