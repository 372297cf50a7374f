"""Where a program's verbs come from: documents, applets, the fallback, and what fails of them."""

import pytest

from ringfence.calls import commands
from ringfence.kernel import limits
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Source
from ringfence.markup.exchange import (
    Fetch,
    Fetched,
)
from ringfence.markup.reading import FETCH_SENTENCES
from ringfence.markup.verbs import Gather, Redirect, Say

URL = "https://x.example/d/voice"


class Library:
    """Applets by URL."""

    def __init__(self, **applets):
        self.applets = applets
        self.asked = []

    def open(self, url, params, now):
        self.asked.append((url, params))
        return self.applets.get(url.removeprefix("flow:"))


def test_a_voice_url_is_asked_with_the_parameters_of_the_call(script, context):
    s = script(Source(url=URL, method="GET")).begin()
    ring, fetch = s.new()
    assert ring == commands.Ring()
    assert (fetch.url, fetch.method) == (URL, "GET")
    assert dict(fetch.params)["From"] == Phone("+12025550123")
    params = s.params()
    assert params["CallSid"] == context.call
    assert params["CallStatus"] == "ringing"


def test_the_document_is_on_the_timeline(script):
    s = script(Source(url=URL)).begin()
    s.fetched("<Response><Say>a</Say><Foo/></Response>", elapsed_ms=34)
    assert [(n.code, n.text) for n in s.notes] == [
        ("document_read", "document fetched in 34 ms, verbs: 1, problems: 1"),
        ("unknown_verb", "line 1, column 23: <Foo> is not a verb; it was left out (12200)"),
    ]
    assert s.notes[1].level == "warning"


def test_a_document_at_hand_is_not_fetched(script):
    s = script("<Response><Say>a</Say></Response>").begin()
    assert [type(x) for x in s.new()] == [commands.Answer, commands.Play, commands.Hangup]


def test_relative_urls_follow_redirects_of_the_fetch(script):
    s = script(Source(url=URL)).begin()
    s.fetched("<Response><Redirect>next</Redirect></Response>", url="https://other.example/e/f")
    assert s.last(Fetch).url == "https://other.example/e/next"


def test_a_document_without_a_url_repeats_itself_as_its_own_action(script):
    s = script("<Response><Gather><Say>menu</Say></Gather></Response>").begin()
    s.keys("1")
    assert s.heard == ["menu", "menu"]


@pytest.mark.parametrize("code", FETCH_SENTENCES)
def test_every_failure_to_fetch_is_an_apology_and_a_note(script, code):
    s = script(Source(url=URL)).begin()
    s.fetch_failed(code, 503)
    assert s.heard == ["sorry"]
    assert s.hung_up
    assert s.codes == [code]
    assert s.notes[0].level == "error"


def test_the_status_of_the_server_is_told(script):
    s = script(Source(url=URL)).begin()
    s.fetch_failed("fetch_status", 404)
    assert "404" in s.notes[0].text


def test_a_failure_of_an_unknown_kind_is_one_all_the_same(script):
    s = script(Source(url=URL)).begin()
    s.fetch_failed("something_new")
    assert s.codes == ["fetch_failed"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty_document"),
        ("{}", "not_xml"),
        ("<html/>", "root_not_response"),
        ("<!DOCTYPE x><Response/>", "doctype_refused"),
        ("<Response>", "not_xml"),
        ("<Response>" + " " * 70_000, "document_too_large"),
    ],
)
def test_a_document_that_is_none_is_an_apology_with_its_problem(script, body, code):
    for source in (Source(url=URL), Source(document=body)):
        s = script(source).begin()
        if source.url:
            s.fetched(body)
        assert s.heard == ["sorry"]
        assert s.hung_up
        assert s.codes == [code]


def test_no_answer_at_all_is_noticed_in_time(script):
    s = script(Source(url=URL)).begin()
    s.wait(limits.MARKUP_FETCH_WAIT_MS - 1)
    assert s.codes == []
    s.wait(1)
    assert s.codes == ["fetch_timed_out"]
    assert s.heard == ["sorry"]
    late = s.last(Fetch)
    s.tell(Fetched(request=late.request, body=b"<Response><Say>late</Say></Response>", url=URL))
    assert s.heard == ["sorry"]


def test_a_source_that_is_no_url(script):
    s = script(Source(url="ftp://x.example")).begin()
    assert s.codes == ["bad_url"]
    assert s.heard == ["sorry"]


def test_the_fallback_is_asked_once_with_the_error(script):
    s = script(Source(url=URL, fallback_url="https://y.example/f", fallback_method="GET")).begin()
    s.fetch_failed("fetch_timed_out")
    fetch = s.last(Fetch)
    assert (fetch.url, fetch.method) == ("https://y.example/f", "GET")
    assert s.params()["ErrorCode"] == "11200"
    assert s.params()["ErrorUrl"] == URL
    s.fetch_failed("fetch_failed")
    assert s.heard == ["sorry"]
    assert len(s.all(Fetch)) == 2


def test_a_document_that_does_not_parse_has_its_own_error_code(script):
    s = script(Source(url=URL, fallback_url="https://y.example/f")).begin()
    s.fetched("<nope/>")
    assert s.params()["ErrorCode"] == "12102"
    s.fetched("<Response><Say>plan b</Say></Response>")
    assert s.heard == ["plan b"]


def test_problems_are_noted_once_per_place(script):
    s = script(Source(url=URL)).begin()
    for _ in range(3):
        s.fetched("<Response><Foo/><Gather timeout='5'/><Redirect/></Response>")
        s.keys("", "timeout")
    assert s.codes == ["unknown_verb"]


def test_two_problems_of_one_element_are_both_noted(script):
    bad = "<Response><Gather numDigits='abc' timeout='-1'/></Response>"
    s = script(Source(document=bad)).begin()
    assert s.codes == ["bad_value", "bad_value"]


def test_documents_in_which_nothing_happens_are_bounded(script):
    s = script(Source(url=URL)).begin()
    while not s.hung_up:
        s.fetched("<Response><Redirect/></Response>")
    assert len(s.all(Fetch)) == limits.MARKUP_IDLE_DOCUMENTS
    assert s.codes == ["document_loop"]
    assert s.heard == ["sorry"]


def test_flows_in_which_nothing_happens_are_bounded(script):
    library = Library(a=(Redirect(url="flow:b"),), b=(Redirect(url="flow:a"),))
    s = script(Source(url="flow:a"), applets=library).begin()
    assert len(library.asked) == limits.MARKUP_IDLE_DOCUMENTS
    assert s.codes == ["document_loop"]
    assert s.hung_up


def test_a_document_at_hand_that_repeats_itself_is_bounded(script):
    s = script("<Response><Dial action=''><Conference>r</Conference></Dial></Response>").begin()
    assert s.hung_up
    s = script("<Response><Redirect/></Response>").begin()
    assert s.codes == ["document_loop"]
    assert s.hung_up


def test_a_menu_may_repeat_for_a_long_time(script):
    s = script(Source(url=URL)).begin()
    for _ in range(limits.MARKUP_IDLE_DOCUMENTS * 5):
        s.fetched("<Response><Gather><Say>menu</Say></Gather><Redirect/></Response>")
        s.keys("", "timeout")
    assert s.codes == []
    assert not s.hung_up


def test_the_documents_of_one_call_are_bounded(script):
    s = script(Source(url=URL)).begin()
    for _ in range(limits.MARKUP_CALL_DOCUMENTS):
        if s.hung_up:
            break
        s.fetched("<Response><Gather/><Redirect/></Response>")
        s.keys("", "timeout")
    assert s.hung_up
    assert s.codes == ["document_loop"]


def test_applets_answer_at_once_and_see_the_parameters(script):
    library = Library(
        start=(Gather(prompts=(Say(text="menu"),), action="flow:choice", num_digits=1),),
        choice=(Say(text="chosen"),),
    )
    s = script(Source(url="flow:start"), applets=library).begin()
    s.keys("2")
    assert s.heard == ["menu", "chosen"]
    url, params = library.asked[-1]
    assert url == "flow:choice"
    assert params["Digits"] == "2"
    assert params["From"] == Phone("+12025550123")
    assert s.all(Fetch) == []
    assert s.all(commands.Ring) == []


def test_an_applet_without_an_action_of_its_own_is_asked_again(script):
    library = Library(start=(Gather(prompts=(Say(text="menu"),)),))
    s = script(Source(url="flow:start"), applets=library).begin()
    s.keys("2")
    assert [url for url, _ in library.asked] == ["flow:start", "flow:start"]


@pytest.mark.parametrize("library", [None, Library()])
def test_a_flow_that_is_not_there(script, library):
    s = script(Source(url="flow:gone"), applets=library).begin()
    assert s.codes == ["no_such_flow"]
    assert s.heard == ["sorry"]


def test_a_flow_leads_to_a_url_and_back(script):
    library = Library(a=(Redirect(url=URL),), b=(Say(text="back"),))
    s = script(Source(url="flow:a"), applets=library).begin()
    s.fetched("<Response><Redirect>flow:b</Redirect></Response>")
    assert s.heard == ["back"]
