"""Gather: prompts, keys, silence, barge-in, action."""

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.hearing import Wish
from ringfence.markup.context import Source
from ringfence.markup.exchange import Callback, Fetch

BASE = Source(url="https://x.example/d/voice")


def gather(script, attributes="", inside="<Say>menu</Say>", after="<Say>none</Say>"):
    s = script(BASE).begin()
    s.fetched(f"<Response><Gather {attributes}>{inside}</Gather>{after}</Response>")
    s.new()
    return s


def test_what_is_asked_of_the_call(script):
    s = gather(script, "numDigits='4' timeout='7' finishOnKey='*'")
    assert s.last(commands.Collect) == commands.Collect(
        max_digits=4, finish_on="*", timeout_ms=7000, barge_in=True, prompting=True
    )
    assert s.heard == ["menu"]
    assert [type(x) for x in s.log[-2:]] == [commands.Play, commands.PromptsDone]


def test_without_prompts_the_silence_counts_at_once(script):
    s = gather(script, inside="")
    assert s.last(commands.Collect).prompting is False
    assert s.all(commands.PromptsDone) == []


def test_digits_go_to_the_action(script):
    s = gather(script, "action='next?a=1' method='GET'")
    s.keys("42")
    fetch = s.last(Fetch)
    assert (fetch.url, fetch.method) == ("https://x.example/d/next?a=1", "GET")
    params = s.params()
    assert params["Digits"] == "42"
    assert params["CallStatus"] == "in-progress"
    assert "FinishedOnKey" not in params


def test_the_finishing_key_is_told(script):
    s = gather(script, "action='/a'")
    s.keys("42", "finish_key")
    assert s.params()["FinishedOnKey"] == "#"


def test_without_an_action_the_document_itself_is_asked(script):
    s = gather(script)
    s.keys("1")
    assert s.last(Fetch).url == "https://x.example/d/voice"


def test_silence_falls_through(script):
    s = gather(script, "action='/a'")
    s.keys("", "timeout")
    assert s.heard == ["menu", "none"]
    assert len(s.all(Fetch)) == 1


@pytest.mark.parametrize("reason", ["timeout", "finish_key"])
def test_silence_goes_to_the_action_where_that_is_asked(script, reason):
    s = gather(script, "action='/a' actionOnEmptyResult='true'")
    s.keys("", reason)
    assert s.last(Fetch).url == "https://x.example/a"
    assert s.params()["Digits"] == ""


def test_the_first_key_ends_all_prompts(script):
    s = gather(script, inside="", after="")
    s = script(BASE)
    s.hold_plays = True
    s.begin()
    s.fetched(
        "<Response><Gather action='/a'><Say loop='2'>one</Say><Say>two</Say></Gather></Response>"
    )
    assert s.last(commands.Play).clips == ("one",)
    s.played("stopped")
    assert s.last(commands.PromptsDone)
    assert len(s.all(commands.Play)) == 1
    s.keys("1")
    assert s.params()["Digits"] == "1"


def test_a_pause_among_the_prompts_is_silence_that_a_key_cuts(script):
    s = script(BASE)
    s.hold_plays = True
    s.begin()
    s.fetched(
        "<Response><Gather action='/a'><Say>one</Say><Pause length='3'/><Say>two</Say></Gather>"
        "</Response>"
    )
    s.played()
    tone = s.last(commands.PlayTone)
    assert (tone.tone, tone.duration_ms) == ("silence", 3000)
    s.played("stopped")
    assert [c.clips for c in s.all(commands.Play)] == [("one",)]


def test_without_barge_in_prompts_go_on(script):
    s = script(BASE)
    s.hold_plays = True
    s.begin()
    s.fetched(
        "<Response><Gather bargeIn='false' action='/a'><Say loop='2'>one</Say><Say>two</Say>"
        "</Gather></Response>"
    )
    assert s.last(commands.Collect).barge_in is False
    s.played("stopped")
    assert s.last(commands.Play).clips == ("two",)
    s.keys("123")
    assert s.all(commands.StopPlay)
    assert s.params()["Digits"] == "123"


def test_a_collection_that_was_stopped_says_nothing(script):
    s = gather(script, "action='/a'")
    s.keys("12", "stopped")
    assert len(s.all(Fetch)) == 1
    assert s.program.deadline() is None


def test_a_prompt_that_cannot_be_played_does_not_hold_up_the_keys(script):
    s = script(BASE, broken={"menu"}).begin()
    s.fetched("<Response><Gather action='/a'><Say>menu</Say></Gather></Response>")
    assert s.codes == ["speech_failed"]
    assert s.last(commands.PromptsDone)
    s.keys("1")
    assert s.params()["Digits"] == "1"


def test_a_timeout_of_nothing_is_still_a_moment(script):
    s = gather(script, "timeout='0'")
    assert s.last(commands.Collect).timeout_ms == 200


def said(s, text, *, final=False, confidence=0.9):
    return s.tell(notices.SpeechHeard(text=text, final=final, confidence=confidence))


def test_words_go_to_the_action_when_the_recogniser_thinks_they_are_over(script):
    s = gather(script, "input='speech' action='/a' speechTimeout='auto' language='en-GB'", "")
    wish = s.last(commands.Listen).wish
    assert wish == Wish(language="en-GB")
    assert s.all(commands.Collect) == []
    said(s, "I want")
    said(s, "I want tea", final=True)
    params = s.params()
    assert params["SpeechResult"] == "I want tea"
    assert params["Confidence"] == "0.90000000"
    assert s.all(commands.StopListening)


def test_silence_ends_them_and_utterances_add_up(script):
    s = gather(script, "input='speech' action='/a' speechTimeout='2'", "")
    said(s, "one", final=True)
    s.wait(1_999)
    said(s, "two", final=True)
    s.wait(1_999)
    assert len(s.all(Fetch)) == 1
    s.wait(1)
    assert s.params()["SpeechResult"] == "one two"


def test_nothing_said_falls_through_or_asks_the_action(script):
    s = gather(script, "input='speech' timeout='3'", "")
    s.wait(3_000)
    assert s.heard == ["none"]
    s = gather(script, "input='speech' timeout='3' actionOnEmptyResult='true'", "")
    s.wait(3_000)
    assert s.params()["SpeechResult"] == ""


def test_a_word_stops_the_prompt_and_keys_still_work(script):
    s = script(BASE)
    s.hold_plays = True
    s.begin()
    s.fetched(
        "<Response><Gather input='dtmf speech' action='/a'><Say>menu</Say></Gather></Response>"
    )
    said(s, "tea")
    assert s.all(commands.StopPlay)
    assert s.all(commands.PromptsDone)
    s.keys("5")
    assert s.params()["Digits"] == "5"
    assert s.all(commands.StopListening)


def test_words_win_over_the_silence_of_the_keys(script):
    s = gather(script, "input='dtmf speech' action='/a' speechTimeout='2'")
    said(s, "tea", final=True)
    s.keys("", "timeout")
    assert len(s.all(Fetch)) == 1
    s.wait(2_000)
    assert s.params()["SpeechResult"] == "tea"


def test_enough_is_enough(script):
    s = gather(script, "input='speech' action='/a' maxSpeechTime='3' speechTimeout='2'", "")
    for _ in range(6):
        said(s, "on", final=True)
        s.wait(600)
    assert s.params()["SpeechResult"] == "on on on on on on"[: 3 * 5 - 1]


def test_who_speaks_is_waited_for_though_nothing_is_known_yet(script):
    s = gather(script, "input='speech' action='/a' timeout='2' speechTimeout='auto'", "")
    for _ in range(5):
        s.wait(1_500)
        said(s, "")
    s.wait(1_500)
    said(s, "a long sentence", final=True)
    assert s.params()["SpeechResult"] == "a long sentence"


def test_but_not_for_ever(script):
    s = gather(script, "input='speech' timeout='2' maxSpeechTime='10'", "")
    for _ in range(10):
        s.wait(1_200)
        said(s, "")
    assert s.heard == ["none"]


def test_partial_results_are_told(script):
    s = gather(script, "input='speech' action='/a' partialResultCallback='/part'", "")
    assert s.last(commands.Listen).wish.partial
    said(s, "I")
    said(s, "I am", final=True)
    said(s, "he")
    told = [dict(callback.params) for callback in s.all(Callback)]
    assert [t["SequenceNumber"] for t in told] == ["0", "1", "2"]
    assert [t["StableSpeechResult"] for t in told] == ["", "I am", "I am"]
    assert [t["UnstableSpeechResult"] for t in told] == ["I", "", "he"]


@pytest.mark.parametrize(
    ("reason", "word"),
    [("none_installed", "installed"), ("failed", "failed"), ("not_permitted", "does not let")],
)
def test_where_nobody_listens_it_is_said_and_keys_still_work(script, reason, word):
    s = gather(script, "input='dtmf speech' action='/a'")
    s.tell(notices.HearingOver(reason=reason))
    (note,) = [n for n in s.notes if n.code == "speech_input_unavailable"]
    assert word in note.text
    s.keys("5")
    assert s.params()["Digits"] == "5"


def test_with_words_alone_nobody_listening_is_nothing_said(script):
    s = gather(script, "input='speech'")
    s.tell(notices.HearingOver(reason="none_installed"))
    assert s.heard == ["menu", "none"]
