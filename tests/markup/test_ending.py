"""Verbs that are over at once."""

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.markup.context import Source
from ringfence.markup.exchange import Fetch

BASE = Source(url="https://x.example/d/voice")


def test_redirect(script):
    s = script(BASE).begin()
    s.fetched("<Response><Redirect method='GET'>next</Redirect></Response>")
    fetch = s.last(Fetch)
    assert (fetch.url, fetch.method) == ("https://x.example/d/next", "GET")
    assert s.params()["CallStatus"] == "ringing"
    assert s.all(commands.Answer) == []


def test_redirect_to_itself(script):
    s = script(BASE).begin()
    s.fetched("<Response><Redirect/></Response>")
    assert s.last(Fetch).url == "https://x.example/d/voice"
    assert s.last(Fetch).method == "POST"


def test_hangup_leaves_nothing_behind(script):
    s = script("<Response><Hangup/><Say>never</Say></Response>").begin()
    assert [type(x) for x in s.new()] == [commands.Answer, commands.Hangup]
    assert s.program.finished
    assert s.program.deadline() is None


def test_the_end_of_the_document_hangs_up(script):
    """Twilio: a Hangup, or nothing at all, does not keep a call from being answered."""
    out = script("<Response/>").begin().new()
    assert [type(x) for x in out] == [commands.Answer, commands.Hangup]


@pytest.mark.parametrize(
    "rest", ["<Hangup/>", "<Message to='+12025550124'>Hi</Message>", "<Leave/>"]
)
def test_only_reject_leaves_a_call_unanswered(script, rest):
    s = script(f"<Response>{rest}</Response>").begin()
    s.wait(60_000)
    assert len(s.all(commands.Answer)) == 1
    assert s.hung_up


def test_a_pause_delays_the_answer_before_the_end(script):
    s = script("<Response><Pause length='3'/></Response>").begin()
    s.wait(2_900)
    assert s.all(commands.Answer) == []
    s.wait(200)
    assert [type(x) for x in s.new()][-2:] == [commands.Answer, commands.Hangup]


@pytest.mark.parametrize("rest", ["", "<Hangup/>"])
def test_a_caller_who_heard_others_ring_in_vain_is_not_answered(script, rest):
    s = script(
        "<Response><Dial answerOnBridge='true'><Number>+12025550124</Number></Dial>"
        f"{rest}</Response>"
    ).begin()
    s.tell(notices.DialFinished(status="no_answer", cause=Cause.NO_ANSWER, ring_ms=30_000))
    assert s.all(commands.Answer) == []
    assert s.hung_up


def test_a_call_ended_before_its_answer_is_not_hung_up_twice(script):
    s = script("<Response><Hangup/></Response>")
    s.hold_answer = True
    s.begin().hang_up()
    assert s.all(commands.Hangup) == []
    assert s.program.finished


@pytest.mark.parametrize(("reason", "cause"), [("busy", Cause.BUSY), ("rejected", Cause.REJECTED)])
def test_reject_does_not_answer(script, reason, cause):
    s = script(f"<Response><Reject reason='{reason}'/></Response>").begin()
    assert s.new() == [commands.Reject(cause=cause)]
    assert s.program.finished


def test_reject_after_the_answer_is_noted(script):
    s = script("<Response><Say>a</Say><Reject/></Response>").begin()
    assert s.codes == ["reject_after_answer"]
    assert s.last(commands.Reject)


def test_a_broken_verb_is_where_the_caller_hears_the_apology(script):
    s = script("<Response><Say>a</Say><Dial/><Say>never</Say></Response>").begin()
    assert s.heard == ["a", "sorry"]
    assert s.hung_up
    assert s.codes == ["nobody_to_dial"]


def test_a_verb_of_later_is_passed(script):
    s = script("<Response><Annotate/><Say>a</Say></Response>").begin()
    assert s.heard == ["a"]
    assert s.codes == ["unavailable_verb"]
