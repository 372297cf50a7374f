"""Record: the message, the action, and the caller who hangs up."""

import pytest

from ringfence.calls import commands, notices
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import RecordingId
from ringfence.markup.context import Restart, Source
from ringfence.markup.exchange import Callback, Fetch

RECORDING = RecordingId("RE" + "7" * 32)
BASE = Source(url="https://x.example/d/voice")


def record(script, attributes="action='/done'"):
    s = script(BASE).begin()
    s.fetched(f"<Response><Record {attributes}/><Say>after</Say></Response>")
    return s


def finished(reason="digit", duration_ms=4_600, digit=""):
    return notices.RecordingFinished(
        recording=RECORDING, source="voicemail", reason=reason, duration_ms=duration_ms, digit=digit
    )


def missing(reason):
    return notices.RecordingMissing(recording=RECORDING, source="voicemail", reason=reason)


def test_what_is_asked_of_the_call(script):
    s = record(script, "maxLength='30' timeout='4' finishOnKey='#' playBeep='false'")
    assert s.last(commands.StartRecording) == commands.StartRecording(
        source="voicemail", max_ms=30_000, silence_ms=4_000, min_ms=500, finish_on="#", beep=False,
        dual=False, trim=True,
    )  # fmt: skip
    s = record(script, "trim='do-not-trim'")
    assert not s.last(commands.StartRecording).trim


def test_the_action_is_told(script):
    s = record(script)
    s.tell(finished(digit="#"))
    assert s.last(Fetch).url == "https://x.example/done"
    params = s.params()
    assert params["RecordingSid"] == RECORDING
    assert params["RecordingUrl"].endswith(f"/Recordings/{RECORDING}")
    assert params["RecordingDuration"] == "5"
    assert params["Digits"] == "#"


def test_without_an_action_the_document_itself_is_asked(script):
    s = record(script, "")
    s.tell(finished("max_duration"))
    assert s.last(Fetch).url == "https://x.example/d/voice"


@pytest.mark.parametrize("reason", ["leg_closed", "stopped"])
def test_a_message_left_by_hanging_up(script, reason):
    s = record(script)
    s.hang_up()
    s.tell(finished(reason))
    told = s.last(Callback)
    assert told.url == "https://x.example/done"
    assert s.params(told)["Digits"] == "hangup"
    assert s.params(told)["CallStatus"] == "completed"
    assert len(s.all(Fetch)) == 1


def test_silence_alone_is_no_message(script):
    s = record(script, "timeout='5' action='/done'")
    s.tell(finished("silence", 5_100))
    assert s.heard == ["after"]
    assert len(s.all(Fetch)) == 1


def test_words_before_the_silence_are_one(script):
    s = record(script, "timeout='5' action='/done'")
    s.tell(finished("silence", 9_000))
    assert s.last(Fetch).url == "https://x.example/done"


@pytest.mark.parametrize(
    ("reason", "codes"),
    [("empty", []), ("disk_full", ["recording_failed"]), ("refused", ["recording_failed"])],
)
def test_no_recording_goes_on_with_the_next_verb(script, reason, codes):
    s = record(script)
    s.tell(missing(reason))
    assert s.heard == ["after"]
    assert s.codes == codes


def test_status_callbacks(script):
    s = record(script, "recordingStatusCallback='status' action='/done'")
    s.tell(finished())
    (told,) = s.all(Callback)
    assert told.url == "https://x.example/d/status"
    params = s.params(told)
    assert params["RecordingStatus"] == "completed"
    assert params["RecordingSource"] == "RecordVerb"
    assert params["RecordingChannels"] == "1"


def test_status_callbacks_only_for_the_events_asked(script):
    s = record(script, "recordingStatusCallback='status' recordingStatusCallbackEvent='absent'")
    s.tell(finished())
    assert s.all(Callback) == []
    s = record(script, "recordingStatusCallback='status' recordingStatusCallbackEvent='absent'")
    s.tell(missing("empty"))
    assert s.params(s.last(Callback))["RecordingStatus"] == "absent"


def test_the_recording_of_another_source_is_not_ours(script):
    s = record(script)
    s.tell(
        notices.RecordingFinished(
            recording=RECORDING, source="call", reason="stopped", duration_ms=1
        )
    )
    assert s.heard == []


def test_silence_that_was_trimmed_is_no_message_cut_short(script):
    s = record(script, "timeout='5' action='/after'")
    s.tell(
        notices.RecordingFinished(
            recording=RECORDING, source="voicemail", reason="silence", duration_ms=900,
            cut_ms=5_200,
        )
    )  # fmt: skip
    assert s.last(Fetch).url == "https://x.example/after"


def test_the_beginning_is_told_where_it_is_wanted(script):
    callback = "recordingStatusCallback='/cb' recordingStatusCallbackEvent='in-progress'"
    s = record(script, callback)
    s.tell(notices.RecordingBegun(recording=RECORDING, source="voicemail", began=Ms(86_400_000)))
    told = dict(s.last(Callback).params)
    assert told["RecordingStatus"] == "in-progress"
    assert told["RecordingStartTime"] == "Fri, 02 Jan 1970 00:00:00 +0000"


@pytest.mark.parametrize("kind", [notices.RecordingFinished, notices.RecordingMissing])
def test_its_end_says_when_it_began(script, kind):
    s = record(
        script, "recordingStatusCallback='/cb' recordingStatusCallbackEvent='completed absent'"
    )
    more = {"duration_ms": 9_000} if kind is notices.RecordingFinished else {}
    reason = "stopped" if more else "disk_full"
    s.tell(kind(recording=RECORDING, source="voicemail", reason=reason, began=Ms(1_000), **more))
    told = dict(s.last(Callback).params)
    assert told["RecordingStartTime"] == "Thu, 01 Jan 1970 00:00:01 +0000"


def test_its_outcome_is_pledged_before_anything_is_kept(script):
    s = record(script, "recordingStatusCallback='/cb'")
    s.tell(notices.RecordingAsked(recording=RECORDING, source="voicemail"))
    pledge = s.last(Callback)
    assert (pledge.outcome, pledge.pledged) == (RECORDING, ("completed",))
    assert s.params(pledge)["RecordingSid"] == RECORDING
    assert "RecordingStatus" not in s.params(pledge)
    s.tell(finished())
    told = s.last(Callback)
    assert (told.outcome, told.pledged) == (RECORDING, ())


@pytest.mark.parametrize(
    "wanted", ["", "recordingStatusCallback='/cb' recordingStatusCallbackEvent='in-progress'"]
)
def test_nothing_is_pledged_to_who_wants_no_outcome(script, wanted):
    s = record(script, wanted)
    s.tell(notices.RecordingAsked(recording=RECORDING, source="voicemail"))
    assert s.all(Callback) == []


def elsewhere(s):
    """Another document takes over, which records as well."""
    return s.order(Restart(source=Source(document="<Response><Record/></Response>")))


def test_whoever_follows_a_recording_hears_of_it_though_another_document_takes_over(script):
    s = record(script, "recordingStatusCallback='/kept' action='/done'")
    s.tell(notices.RecordingAsked(recording=RECORDING, source="voicemail"))
    elsewhere(s)
    assert s.all(commands.StopRecording)
    s.tell(finished(reason="stopped"))
    params = s.params(s.last(Callback))
    assert s.last(Callback).url == "https://x.example/kept"
    assert (params["RecordingStatus"], params["RecordingDuration"]) == ("completed", "5")
    assert [fetch.url for fetch in s.all(Fetch)] == [BASE.url], "its action is asked for nothing"


def test_one_that_never_was_named_does_not_end_the_next(script):
    s = record(script, "recordingStatusCallback='/kept' action='/done'")
    elsewhere(s)
    s.tell(missing("failed"))
    assert s.codes == []
    assert not s.program.finished
