"""Status callbacks: what the URL of a target is told of its leg."""

from email.utils import parsedate_to_datetime

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.ids import LegId
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Restart, Source
from ringfence.markup.exchange import Callback

BASE = Source(url="https://x.example/d/voice")
LEG = LegId("LG" + "4" * 32)


def dial(script, *nouns):
    s = script(BASE).begin()
    return s.fetched(f"<Response><Dial>{''.join(nouns)}</Dial></Response>")


def step(s, name, report=1, **more):
    return s.tell(notices.DialProgress(report=report, leg=LEG, step=name, **more))


def told(s):
    return [(c.url, s.params(c)["CallStatus"]) for c in s.all(Callback) if not c.pledged]


ALL = "statusCallbackEvent='initiated ringing answered completed'"


def test_every_step_that_was_asked_for_is_told_in_order(script):
    s = dial(script, f"<Number statusCallback='cb' {ALL}>+12025550124</Number>")
    (target,) = s.last(commands.Dial).targets
    assert target.report == 1
    for name in ("initiated", "ringing", "answered"):
        step(s, name)
    step(s, "completed", status="completed", talk_ms=4_600)
    url = "https://x.example/d/cb"
    assert told(s) == [(url, "initiated"), (url, "ringing"), (url, "in-progress"),
                       (url, "completed")]  # fmt: skip
    params = s.params(s.last(Callback))
    assert params["CallSid"] == "CA" + LEG[2:]
    assert params["ParentCallSid"].startswith("CA")
    assert (params["From"], params["To"]) == ("+12025550123", "+12025550124")
    assert (params["CallDuration"], params["SequenceNumber"]) == ("5", "3")
    assert (params["Duration"], params["ToCountry"], params["CalledCity"]) == ("1", "US", "")
    assert params["Direction"] == "outbound-dial"
    assert parsedate_to_datetime(params["Timestamp"]).timestamp() == s.clock.now() // 1000


def test_who_calls_is_told_as_the_leg_shows_it(script):
    s = dial(script, f"<Number statusCallback='cb' {ALL}>+12025550124</Number>")
    step(s, "initiated", shown=Phone("+12025550100"))
    step(s, "completed", status="busy")
    for callback in s.all(Callback):
        params = s.params(callback)
        assert (params["From"], params["Caller"]) == ("+12025550100", "+12025550100")


def test_by_default_the_end_alone_is_told(script):
    s = dial(script, "<Sip statusCallback='/cb' statusCallbackMethod='GET'>sip:a@h.example</Sip>")
    step(s, "ringing")
    step(s, "completed", status="no_answer")
    (callback,) = s.all(Callback)
    assert (callback.method, s.params(callback)["CallStatus"]) == ("GET", "no-answer")
    assert s.params(callback)["To"] == "sip:a@h.example"


def test_who_asks_for_nothing_is_told_nothing(script):
    s = dial(
        script,
        "<Number>+12025550124</Number>",
        "<Number statusCallback='two'>+12025550125</Number>",
    )
    assert [target.report for target in s.last(commands.Dial).targets] == [0, 2]
    step(s, "completed", report=2, status="busy")
    assert told(s) == [("https://x.example/d/two", "busy")]


def test_the_end_is_told_after_the_caller_has_gone(script):
    s = dial(script, "<Number statusCallback='cb'>+12025550124</Number>")
    s.hang_up()
    step(s, "completed", status="cancelled")
    assert told(s) == [("https://x.example/d/cb", "canceled")]


@pytest.mark.parametrize("url", ["flow:welcome", "cb"])
def test_without_a_url_that_can_be_told_nobody_is(script, url):
    source = (
        f"<Response><Dial><Number statusCallback='{url}'>+12025550124</Number></Dial></Response>"
    )
    s = script(source).begin()
    step(s, "completed", status="busy")
    assert told(s) == []
    s.tell(notices.DialFinished(status="busy", cause=Cause.BUSY))
    assert s.hung_up


def test_the_end_is_pledged_when_it_is_rung_to_whoever_wants_to_know(script):
    s = dial(
        script,
        "<Number statusCallback='one'>+12025550124</Number>",
        "<Number statusCallback='two' statusCallbackEvent='ringing'>+12025550125</Number>",
    )
    step(s, "initiated")
    step(s, "initiated", report=2)
    (pledge,) = s.all(Callback)
    assert (pledge.url, pledge.outcome, pledge.pledged) == (
        "https://x.example/d/one", "CA" + LEG[2:], ("completed",),
    )  # fmt: skip
    step(s, "completed", status="busy")
    assert s.last(Callback).outcome == "CA" + LEG[2:]


def test_the_end_is_told_though_another_document_has_taken_over(script):
    s = dial(script, f"<Number statusCallback='cb' {ALL}>+12025550124</Number>")
    for name in ("initiated", "ringing", "answered"):
        step(s, name)
    document = "<Response><Dial><Number statusCallback='https://x.example/2'>+12025550125</Number>"
    s.order(Restart(source=Source(document=f"{document}</Dial></Response>")))
    other = LegId("LG" + "5" * 32)
    s.tell(notices.DialProgress(report=1, leg=other, step="initiated"))
    step(s, "completed", status="completed", talk_ms=1_000)
    params = s.params(s.last(Callback))
    assert s.last(Callback).url == "https://x.example/d/cb"
    assert (params["CallSid"], params["SequenceNumber"]) == ("CA" + LEG[2:], "3")
    s.tell(notices.DialProgress(report=1, leg=other, step="completed", status="busy"))
    assert (s.last(Callback).url, told(s)[-1][1]) == ("https://x.example/2", "busy")
