"""Verbs that are over at once."""

import pytest

from ringfence.calls import commands
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
    assert [type(x) for x in s.new()] == [commands.Hangup]
    assert s.program.finished
    assert s.program.deadline() is None


def test_the_end_of_the_document_hangs_up(script):
    assert [type(x) for x in script("<Response/>").begin().new()] == [commands.Hangup]


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
