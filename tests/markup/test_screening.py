"""What a callee hears, and is asked, before they are connected."""

import pytest

from ringfence.calls import commands, notices
from ringfence.kernel import limits
from ringfence.kernel.ids import LegId, own_call
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Source
from ringfence.markup.exchange import Fetch, Fetched, FetchFailed

BASE = Source(url="https://x.example/d/voice")
LEG, OTHER = LegId("LG" + "3" * 32), LegId("LG" + "4" * 32)
REFUSED = commands.Screen(clips=(), ends=True)
ASK = "<Gather numDigits='1' action='judge?b=2'><Say>1 yes, 2 no</Say></Gather><Hangup/>"
ASKED = commands.Screen(
    clips=("1 yes, 2 no",), asks=True, wait_ms=5_000, max_digits=1, finish_on="#"
)


def dial(script, noun, **how):
    s = script(BASE, **how).begin()
    s.fetched(f"<Response><Dial>{noun}</Dial></Response>")
    return s


def answered(script, noun="<Number url='whisper?a=1'>+12025550124</Number>"):
    """Somebody has answered; their document is asked for."""
    s = dial(script, noun)
    s.tell(notices.CalleeWaits(screen=1, leg=LEG))
    return s


def test_the_document_is_asked_for_with_the_number_that_the_leg_shows(script):
    s = dial(script, "<Number url='whisper'>+12025550124</Number>")
    s.tell(notices.CalleeWaits(screen=1, leg=LEG, shown=Phone("+12025550100")))
    params = s.params(s.last(Fetch))
    assert (params["From"], params["Caller"]) == ("+12025550100", "+12025550100")


def whisper(script, document):
    return answered(script).fetched(f"<Response>{document}</Response>")


def press(s, digits, leg=LEG):
    s.tell(notices.CalleeWaits(screen=1, leg=leg, digits=digits))
    return s


def said(s):
    """What was decided, in order."""
    return [told.screen for told in s.all(commands.Screened)]


def test_the_document_is_asked_for_when_somebody_has_answered(script):
    s = dial(script, "<Number url='whisper?a=1' method='GET'>+12025550124</Number>")
    assert [target.screen for target in s.last(commands.Dial).targets] == [1]
    assert len(s.all(Fetch)) == 1, "that of the call itself"
    s.tell(notices.CalleeWaits(screen=1, leg=LEG))
    asked = s.last(Fetch)
    assert (asked.url, asked.method) == ("https://x.example/d/whisper?a=1", "GET")
    params = s.params(asked)
    assert (params["CallSid"], params["To"]) == (own_call(LEG), "+12025550124")
    assert params["ParentCallSid"] == s.params(s.all(Fetch)[0])["CallSid"]
    assert (params["Direction"], params["CallStatus"]) == ("outbound-dial", "in-progress")
    assert "Digits" not in params
    s.fetched("<Response><Say>Shop call</Say></Response>")
    assert s.all(commands.Screened) == [
        commands.Screened(leg=LEG, screen=commands.Screen(clips=("Shop call",)))
    ]


def test_a_target_without_a_document_is_connected_at_once(script):
    s = dial(script, "<Number>+12025550124</Number><Number url='b'>+12025550125</Number>")
    assert [target.screen for target in s.last(commands.Dial).targets] == [0, 2]


def test_a_whisper_waits_for_its_clips(script):
    s = answered(script, "<Sip url='w'>sip:ann@example.com</Sip>")
    s.hold_clips = True
    s.fetched("<Response><Say>a</Say><Play>b.wav</Play></Response>")
    assert said(s) == []
    s.wait(limits.MARKUP_MEDIA_WAIT_MS)
    assert said(s) == [None], "nothing of it could be had: they are connected all the same"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("", None),
        ("<Say>hi</Say><Play>b.wav</Play>", commands.Screen(clips=("hi", "https://x.example/d/b.wav"))),
        ("<Say>closed</Say><Hangup/><Say>never heard</Say>",
         commands.Screen(clips=("closed",), ends=True)),
        ("<Reject/>", REFUSED),
        (ASK, ASKED),
        ("<Say>hi</Say><Gather timeout='7' finishOnKey='*'><Say>press</Say></Gather>",
         commands.Screen(clips=("hi", "press"), asks=True, wait_ms=7_000, finish_on="*")),
    ],
)  # fmt: skip
def test_what_a_document_says(script, document, expected):
    assert said(whisper(script, document)) == [expected]


def test_the_action_is_told_the_keys_and_says_what_comes_next(script):
    s = press(whisper(script, ASK), "2")
    fetch = s.last(Fetch)
    assert (fetch.url, fetch.method) == ("https://x.example/d/judge?b=2", "POST")
    params = s.params(fetch)
    assert (params["Digits"], params["CallSid"]) == ("2", own_call(LEG))
    s.fetched("<Response><Say>Goodbye</Say><Hangup/></Response>")
    assert said(s) == [ASKED, commands.Screen(clips=("Goodbye",), ends=True)]


def test_without_an_action_the_document_itself_is_told(script):
    s = press(whisper(script, "<Gather numDigits='1'/>"), "1")
    assert s.last(Fetch).url == "https://x.example/d/whisper?a=1"
    assert s.params(s.last(Fetch))["Digits"] == "1"
    s.fetched("<Response/>")
    assert said(s)[-1] is None


def test_without_a_key_the_verbs_after_the_question_come_next(script):
    s = whisper(script, "<Gather action='j'/><Say>Once more</Say><Gather action='k'/><Hangup/>")
    assert said(press(s, ""))[-1].clips == ("Once more",)
    assert said(press(s, ""))[-1] == REFUSED
    assert len(s.all(Fetch)) == 2, "nobody was told of nothing"
    s = whisper(script, "<Gather action='j'/>")
    assert said(press(s, ""))[-1] is None, "nothing comes after it: they are connected"


def test_nothing_is_told_where_that_is_asked_for(script):
    s = press(whisper(script, "<Gather action='j' actionOnEmptyResult='true'/>"), "")
    assert s.params(s.last(Fetch))["Digits"] == ""


def test_a_redirect_is_followed_with_what_was_to_be_heard_before_it(script):
    s = whisper(script, "<Say>one</Say><Redirect method='GET'>next</Redirect><Say>never</Say>")
    assert (s.last(Fetch).url, s.last(Fetch).method) == ("https://x.example/d/next", "GET")
    s.fetched("<Response><Say>two</Say></Response>")
    assert said(s) == [commands.Screen(clips=("one", "two"))]


def test_what_a_callee_cannot_be_given_is_said_on_the_timeline(script):
    s = whisper(script, "<Say>hi</Say><Record/><Foo/>")
    assert said(s) == [commands.Screen(clips=("hi",))]
    assert {"screen_verb", "unknown_verb"} <= set(s.codes)


@pytest.mark.parametrize("code", ["fetch_status", "fetch_refused", "something_new"])
def test_a_first_document_that_cannot_be_had_connects_and_says_so(script, code):
    s = answered(script)
    s.fetch_failed(code, 404)
    assert said(s) == [None]
    assert s.notes[-1].code == (code if code != "something_new" else "fetch_failed")
    assert "connected without it" in s.notes[-1].text


@pytest.mark.parametrize("code", ["fetch_status", "fetch_timed_out"])
def test_nobody_is_connected_by_a_server_that_fails_to_judge(script, code):
    s = press(whisper(script, ASK), "2")
    s.fetch_failed(code, 500)
    assert said(s)[-1] == REFUSED
    assert (s.notes[-1].code, "hung up" in s.notes[-1].text) == (code, True)


def test_a_document_that_never_comes_is_given_up(script):
    s = answered(script)
    s.wait(limits.MARKUP_FETCH_WAIT_MS - 1)
    assert said(s) == []
    s.wait(1)
    assert said(s) == [None]
    s.tell(Fetched(request=s.last(Fetch).request, body=b"<Response/>", url="https://x.example/w"))
    assert said(s) == [None]


def test_callees_are_asked_and_judged_each_for_themselves(script):
    s = dial(script, "<Number url='a'>+12025550124</Number><Number url='b'>+12025550125</Number>")
    s.tell(notices.CalleeWaits(screen=1, leg=LEG))
    s.tell(notices.CalleeWaits(screen=2, leg=OTHER))
    one, two = s.all(Fetch)[-2:]
    assert (s.params(one)["To"], s.params(two)["To"]) == ("+12025550124", "+12025550125")
    s.tell(FetchFailed(request=two.request, code="fetch_failed"))
    s.tell(Fetched(request=one.request, body=f"<Response>{ASK}</Response>".encode(), url=one.url))
    s.tell(notices.CalleeWaits(screen=1, leg=LEG, digits="1"))
    s.fetched("<Response/>")
    assert s.all(commands.Screened) == [
        commands.Screened(leg=OTHER),
        commands.Screened(leg=LEG, screen=ASKED),
        commands.Screened(leg=LEG),
    ]


@pytest.mark.parametrize("document", [ASK, "<Redirect>again</Redirect>"])
def test_documents_without_end_come_to_one(script, document):
    s = answered(script)
    for _ in range(limits.SCREEN_ROUNDS_MAX):
        s.fetched(f"<Response>{document}</Response>")
        press(s, "2")
    assert said(s)[-1] == REFUSED
    assert "document_loop" in s.codes
    assert len(s.all(Fetch)) == 1 + limits.SCREEN_ROUNDS_MAX


def test_a_flow_is_no_url_for_a_callee(script):
    s = dial(script, "<Number url='flow:welcome'>+12025550124</Number>")
    assert [target.screen for target in s.last(commands.Dial).targets] == [0]
    assert "bad_url" in s.codes
    s = press(whisper(script, "<Gather action='flow:welcome'/>"), "1")
    assert said(s)[-1] == REFUSED


def test_who_is_gone_meanwhile_is_told_nothing(script):
    s = answered(script)
    s.hang_up()
    s.fetched("<Response/>")
    assert said(s) == []
