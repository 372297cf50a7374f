"""Refer: asked of the call; done, refused, or never answered."""

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.markup.context import Source
from ringfence.markup.exchange import Callback, Fetch

BASE = Source(url="https://x.example/d/voice")
DOCUMENT = (
    "<Response><Refer{}><Sip>sip:desk@pbx.example.com</Sip></Refer><Say>still here</Say></Response>"
)


def refer(script, attributes=" action='next'"):
    s = script(BASE).begin()
    s.fetched(DOCUMENT.format(attributes))
    assert s.last(commands.Transfer).target == "sip:desk@pbx.example.com"
    return s


def test_where_it_works_the_call_ends_and_the_action_is_told(script):
    s = refer(script)
    s.tell(notices.TransferFinished(cause=Cause.NORMAL, done=True, answer=202, report=200))
    (told,) = s.all(Callback)
    assert told.url == "https://x.example/d/next"
    params = dict(told.params)
    assert params["ReferCallStatus"] == "completed"
    assert (params["ReferSipResponseCode"], params["NotifySipResponseCode"]) == ("202", "200")
    assert s.heard == []
    assert s.program.finished


@pytest.mark.parametrize(
    ("cause", "word"),
    [(Cause.REJECTED, "failed"), (Cause.UNREACHABLE, "no-answer"), (Cause.SERVER_ERROR, "failed")],
)
def test_where_not_the_action_decides(script, cause, word):
    s = refer(script)
    s.tell(notices.TransferFinished(cause=cause, answer=405))
    assert s.last(Fetch).url == "https://x.example/d/next"
    assert s.params()["ReferCallStatus"] == word
    assert s.notes[-1].code == "refer_failed"


def test_without_an_action_the_next_verb_follows(script):
    s = refer(script, "")
    s.tell(notices.TransferFinished(cause=Cause.REJECTED))
    assert s.heard == ["still here"]


def test_it_needs_somebody_to_refer_to(script):
    s = script("<Response><Refer/><Say>never</Say></Response>").begin()
    assert s.notes[0].code == "nobody_to_dial"
    assert s.heard == ["sorry"]
