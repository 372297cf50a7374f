"""Gather: prompts, keys, silence, barge-in, action."""

import pytest

from ringfence.calls import commands
from ringfence.markup.context import Source
from ringfence.markup.exchange import Fetch

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
