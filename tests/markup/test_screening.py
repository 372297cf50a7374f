"""What a callee hears, and is asked, before they are connected."""

import pytest

from ringfence.calls import commands
from ringfence.kernel import limits
from ringfence.markup.context import Source
from ringfence.markup.exchange import Fetch, Fetched, FetchFailed

BASE = Source(url="https://x.example/d/voice")
KEYS = "1234567890*#"


def dial(script, noun, **how):
    s = script(BASE, **how).begin()
    s.fetched(f"<Response><Dial>{noun}</Dial></Response>")
    return s


def whisper(script, document, **how):
    s = dial(script, "<Number url='whisper?a=1'>+12025550124</Number>", **how)
    return s.fetched(f"<Response>{document}</Response>")


def screen(s):
    (target,) = s.last(commands.Dial).targets
    return target.screen


def test_nobody_is_rung_before_it_is_known_what_they_hear(script):
    s = dial(script, "<Number url='whisper?a=1' method='GET'>+12025550124</Number>")
    asked = s.last(Fetch)
    assert (asked.url, asked.method) == ("https://x.example/d/whisper?a=1", "GET")
    assert s.params(asked)["ParentCallSid"] == s.params(asked)["CallSid"]
    assert not s.all(commands.Dial)
    s.fetched("<Response><Say>Shop call</Say></Response>")
    assert screen(s) == commands.Screen(clips=("Shop call",), accept="")


def test_a_whisper_waits_for_its_clips(script):
    s = dial(script, "<Sip url='w'>sip:ann@example.com</Sip>")
    s.hold_clips = True
    s.fetched("<Response><Say>a</Say><Play>b.wav</Play></Response>")
    assert not s.all(commands.Dial)
    s.wait(limits.MARKUP_MEDIA_WAIT_MS)
    assert screen(s) is None, "nothing of it could be had: they are connected all the same"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            "<Gather numDigits='1' timeout='7'><Say>press</Say></Gather><Hangup/>",
            commands.Screen(clips=("press",), accept=KEYS, wait_ms=7_000),
        ),
        (
            "<Say>hi</Say><Gather><Say>press</Say></Gather><Say>pity</Say>",
            commands.Screen(clips=("hi", "press"), accept=KEYS, wait_ms=5_000, lenient=True),
        ),
        ("", None),
    ],
)
def test_a_question_is_a_gather(script, document, expected):
    assert screen(whisper(script, document)) == expected


def test_what_a_callee_cannot_be_given_is_said_on_the_timeline(script):
    s = whisper(script, "<Say>hi</Say><Record/><Foo/>")
    assert screen(s) == commands.Screen(clips=("hi",), accept="")
    assert {"screen_verb", "unknown_verb"} <= set(s.codes)


@pytest.mark.parametrize("code", ["fetch_status", "fetch_refused", "something_new"])
def test_a_document_that_cannot_be_had_connects_and_says_so(script, code):
    s = dial(script, "<Number url='w'>+12025550124</Number>")
    s.fetch_failed(code, 404)
    assert screen(s) is None
    assert s.notes[-1].code == (code if code != "something_new" else "fetch_failed")
    assert "connected without it" in s.notes[-1].text


def test_a_document_that_never_comes_is_given_up(script):
    s = dial(script, "<Number url='w'>+12025550124</Number>")
    s.wait(limits.MARKUP_FETCH_WAIT_MS - 1)
    assert not s.all(commands.Dial)
    s.wait(1)
    assert screen(s) is None
    late = Fetched(request=s.last(Fetch).request, body=b"<Response/>", url="https://x.example/w")
    s.tell(late)
    assert len(s.all(commands.Dial)) == 1


def test_each_target_has_its_own(script):
    s = dial(
        script,
        "<Number url='a'>+12025550124</Number><Number>+12025550125</Number>"
        "<Number url='b'>+12025550126</Number>",
    )
    one, two = s.all(Fetch)[-2:]
    s.tell(FetchFailed(request=two.request, code="fetch_failed"))
    assert not s.all(commands.Dial)
    body = b"<Response><Say>one</Say></Response>"
    s.tell(Fetched(request=one.request, body=body, url=one.url))
    screens = [target.screen for target in s.last(commands.Dial).targets]
    assert screens == [commands.Screen(clips=("one",), accept=""), None, None]


def test_a_flow_is_no_url_for_a_callee(script):
    s = dial(script, "<Number url='flow:welcome'>+12025550124</Number>")
    assert screen(s) is None
    assert "bad_url" in s.codes


def test_a_caller_who_hangs_up_meanwhile_rings_nobody(script):
    s = dial(script, "<Number url='w'>+12025550124</Number>")
    s.hang_up()
    s.fetched("<Response/>")
    assert not s.all(commands.Dial)
