"""Before a recording: what is said and asked, and that without it nothing is recorded."""

import pytest

from ringfence.calls import commands, notices
from ringfence.markup.exchange import AskRecording, Callback, RecordingMay
from ringfence.privacy.recording_law.sentences import sentence

BEEPLESS = "<Response><Record playBeep='false'/><Say>after</Say></Response>"
DIAL = (
    "<Response><Dial record='record-from-ringing-dual' answerOnBridge='true'>"
    "<Number>+12025550124</Number></Dial></Response>"
)


def begun(script, document, outcome, duties=("none",), **more):
    s = script(document, **more)
    s.outcome, s.duties = outcome, duties
    return s.begin()


def told(s):
    return [(t.kind, t.answer) for t in s.all(commands.TellRecording)]


def test_the_ruling_is_asked_for_whoever_the_program_talks_to(script, context):
    s = begun(script, "<Response><Record/></Response>", "record")
    asked = s.last(AskRecording)
    assert (asked.source, asked.first, asked.beep, asked.targets) == (
        "voicemail", context.caller, True, ()
    )  # fmt: skip
    assert s.log.index(s.last(commands.RuleRecording)) < s.log.index(
        s.last(commands.StartRecording)
    )


@pytest.mark.promise("TEL-07")
@pytest.mark.promise("CLS-09")
def test_an_announcement_is_heard_before_the_first_frame(script):
    s = begun(script, BEEPLESS, "announce", ("announce",))
    assert s.heard[0] == sentence("announce").text
    assert told(s) == [("announce", "heard")]
    order = [s.log.index(s.last(kind)) for kind in (commands.Play, commands.StartRecording)]
    assert order == sorted(order)
    said = s.last(commands.TellRecording)
    assert (said.text, said.language) == (sentence("announce").hash, "en")


def test_the_sentence_is_of_the_callers_language(script, context):
    from msgspec.structs import replace

    s = begun(script, BEEPLESS, "ask", ("ask",), context=replace(context, language="de-DE"))
    assert s.heard == [sentence("ask", "de").text]


@pytest.mark.promise("TEL-07")
@pytest.mark.promise("CLS-09")
@pytest.mark.parametrize(
    ("digits", "answer", "recorded"),
    [("1", "yes", True), ("2", "no", False), ("#", "no", False), ("", "nothing", False)],
)
def test_only_the_key_that_means_yes_is_a_consent(script, digits, answer, recorded):
    s = begun(script, BEEPLESS, "ask", ("ask",))
    assert s.heard == [sentence("ask").text]
    assert not s.all(commands.StartRecording)
    assert s.last(commands.Collect).max_digits == 1
    s.keys(digits, reason="max_digits" if digits else "timeout")
    assert told(s) == [("ask", answer)]
    assert bool(s.all(commands.StartRecording)) == recorded
    if not recorded:
        assert "recording_not_permitted" in s.codes
        assert s.heard[-1] == "after"


def test_a_key_during_the_question_answers_it(script):
    s = script(BEEPLESS)
    s.outcome, s.duties, s.hold_plays = "ask", ("ask",), True
    s.begin().keys("1")
    assert told(s) == [("ask", "yes")]
    s.played("stopped")
    assert len(s.all(commands.StartRecording)) == 1


@pytest.mark.promise("TEL-07")
def test_where_nothing_may_be_recorded_the_call_goes_on(script):
    s = begun(script, "<Response><Record/><Say>after</Say></Response>", "never")
    assert not s.all(commands.StartRecording)
    assert s.heard == ["after"]
    assert s.codes == ["recording_not_permitted"]


@pytest.mark.parametrize("duty", ["announce", "ask"])
def test_what_cannot_be_said_is_not_recorded(script, duty):
    s = begun(script, BEEPLESS, duty, (duty,), broken={sentence(duty).text})
    assert told(s) == [(duty, "not_said")]
    assert not s.all(commands.StartRecording)
    s = script(BEEPLESS)
    s.outcome, s.duties, s.hold_plays = duty, (duty,), True
    s.begin().played("failed")
    assert told(s) == [(duty, "not_said")]
    assert not s.all(commands.StartRecording)


def test_an_announcement_that_was_cut_short_was_not_heard(script):
    s = script(BEEPLESS)
    s.outcome, s.duties, s.hold_plays = "announce", ("announce",), True
    s.begin().played("stopped")
    assert told(s) == [("announce", "not_said")]
    assert not s.all(commands.StartRecording)


def test_the_status_callback_learns_that_there_is_no_recording(script):
    s = begun(
        script,
        "<Response><Record recordingStatusCallback='https://x.example/r'"
        " recordingStatusCallbackEvent='absent'/></Response>",
        "never",
    )
    assert s.params(s.last(Callback))["RecordingStatus"] == "absent"


def test_a_caller_who_hangs_up_while_being_asked_is_not_recorded(script):
    s = begun(script, BEEPLESS, "ask", ("ask",)).hang_up()
    s.keys("1")
    assert not s.all(commands.StartRecording)


def test_an_answer_to_another_request_is_ignored(script):
    s = begun(script, BEEPLESS, "ask", ("ask",))
    before = len(s.log)
    s.tell(RecordingMay(request=s.last(AskRecording).request + 7,
                        ruling=s.last(commands.RuleRecording)))  # fmt: skip
    assert len(s.log) == before


# --- a dial ---------------------------------------------------------------------------------------


def test_a_recorded_dial_answers_first_and_asks_about_everybody(script):
    s = begun(script, DIAL, "record", ("none", "none"))
    assert s.all(commands.Answer)
    assert len(s.last(AskRecording).targets) == 1
    dial = s.last(commands.Dial)
    assert (dial.record, dial.targets[0].notice) == ("from_ringing", None)


def test_the_callee_hears_of_it_when_they_answer(script):
    s = begun(script, DIAL, "ask", ("announce", "ask"))
    assert s.heard == [sentence("announce").text]
    dial = s.last(commands.Dial)
    notice = dial.targets[0].notice
    # from the answer on: before it, whoever is rung has heard nothing
    assert dial.record == "from_answer"
    assert (notice.ask, notice.yes, notice.text) == (True, "1", sentence("ask").hash)
    assert notice.clips == (sentence("ask").text,)


@pytest.mark.parametrize("digits", ["2", ""])
def test_a_caller_who_does_not_agree_is_connected_and_not_recorded(script, digits):
    s = begun(script, DIAL, "ask", ("ask", "ask"))
    s.keys(digits, reason="max_digits" if digits else "timeout")
    dial = s.last(commands.Dial)
    assert (dial.record, dial.targets[0].notice) == ("never", None)


def test_a_dial_that_may_not_be_recorded_is_dialled_all_the_same(script):
    s = begun(script, DIAL, "never", ("none", "none"))
    assert s.last(commands.Dial).record == "never"


def test_where_the_callee_cannot_be_told_nothing_is_recorded(script):
    s = begun(script, DIAL, "ask", ("none", "ask"), broken={sentence("ask").text})
    assert s.last(commands.Dial).record == "never"
    assert "speech_failed" in s.codes


def test_a_dial_without_a_recording_asks_nothing(script):
    s = begun(script, "<Response><Dial>+12025550124</Dial></Response>", "never")
    assert not s.all(AskRecording)


def test_nobody_follows_a_recording_that_never_was(script):
    url = "recordingStatusCallback='https://x.example/r' recordingStatusCallbackEvent='absent'"
    number = "<Number>+12025550124</Number>"
    s = begun(
        script,
        f"<Response><Dial record='true' {url}>{number}</Dial>"
        f"<Dial record='true' {url.replace('/r', '/second')}>{number}</Dial></Response>",
        "record",
        ("none", "none"),
    )
    over = {"status": "busy", "cause": commands.Cause.BUSY, "ring_ms": 5, "talk_ms": 0}
    s.tell(notices.DialFinished(**over))
    recording = "RE" + "7" * 32
    s.tell(notices.RecordingMissing(recording=recording, source="dial", reason="empty"))
    assert s.last(Callback).url.endswith("/second")
