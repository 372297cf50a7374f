"""Connect, Start and Stop with streams: what is asked of the call, and what comes back."""

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.stream import StreamOrder
from ringfence.kernel.ids import StreamId
from ringfence.markup.context import Source
from ringfence.markup.exchange import Callback, Fetch, Perform
from ringfence.markup.verbs import Say

SID = StreamId("MZ" + "3" * 32)
BASE = Source(url="https://x.example/d/voice")
CONNECT = (
    "<Response><Connect{}><Stream url='wss://media.example.com/a' name='n'>"
    "<Parameter name='who' value='Ann'/></Stream></Connect><Say>after</Say></Response>"
)


def order_in(s):
    return s.last(commands.StartStream).order


def ended(s, reason="closed"):
    return s.tell(notices.StreamFinished(stream=SID, order=order_in(s), reason=reason))


def test_a_server_talks_with_the_caller_until_it_closes(script):
    s = script(CONNECT.format("")).begin()
    assert order_in(s) == StreamOrder(
        url="wss://media.example.com/a", name="n", two_way=True, parameters=(("who", "Ann"),)
    )
    s.tell(notices.StreamStarted(stream=SID, order=order_in(s)))
    assert s.heard == []
    ended(s)
    assert s.heard == ["after"]


def test_then_the_action_is_asked(script):
    s = script(BASE).begin()
    s.fetched(CONNECT.format(" action='next' method='GET'"))
    ended(s, "stopped")
    fetch = s.last(Fetch)
    assert (fetch.url, fetch.method) == ("https://x.example/d/next", "GET")
    assert s.params()["StreamSid"] == SID


@pytest.mark.parametrize(
    ("reason", "code"),
    [("refused", "stream_refused"), ("failed", "stream_failed"), ("too_many", "stream_too_many"),
     ("not_understood", "stream_not_understood")],
)  # fmt: skip
def test_a_failure_is_on_the_timeline_and_the_next_verb_follows(script, reason, code):
    s = script(CONNECT.format("")).begin()
    ended(s, reason)
    assert [note.code for note in s.notes] == [code]
    assert s.heard == ["after"]


def test_something_else_takes_over(script):
    s = script(CONNECT.format("")).begin()
    s.order(Perform(verbs=(Say(text="new"),)))
    assert s.last(commands.StopStream) == commands.StopStream(two_way=True)
    assert s.heard == ["new"]


START = (
    "<Response><Start><Stream url='wss://m.example/a' name='ear' track='both_tracks' "
    "statusCallback='status' statusCallbackMethod='GET'/></Start><Say>on</Say>"
    "<Stop><Stream name='ear'/></Stop></Response>"
)


def test_who_only_listens_begins_and_the_next_verb_follows(script):
    s = script(BASE).begin()
    s.fetched(START)
    order = order_in(s)
    assert (order.two_way, order.tracks, order.name) == (False, "both_tracks", "ear")
    assert order.status_callback == "https://x.example/d/status"
    assert s.heard == ["on"]
    assert s.last(commands.StopStream) == commands.StopStream(name="ear")


def test_where_the_law_lets_nobody_listen_nobody_does(script):
    s = script(BASE)
    s.outcome = "never"
    s.begin()
    s.fetched(START)
    assert s.all(commands.StartStream) == []
    assert [note.code for note in s.notes][-1] == "stream_not_permitted"
    assert s.heard == ["on"]


def test_who_has_to_be_told_is_told_first(script):
    s = script(BASE)
    s.outcome, s.duties = "announce", ("announce",)
    s.begin()
    s.fetched(START)
    told = s.last(commands.TellRecording)
    assert (told.source, told.answer) == ("stream", "heard")
    assert s.log.index(told) < s.log.index(s.last(commands.StartStream))


def test_its_server_is_told_of_it_even_after_the_call(script):
    s = script(BASE).begin()
    s.fetched(START)
    order = order_in(s)
    s.tell(notices.StreamStarted(stream=SID, order=order))
    s.hang_up()
    s.tell(notices.StreamFinished(stream=SID, order=order, reason="failed"))
    first, last = s.all(Callback)
    assert (first.url, first.method) == ("https://x.example/d/status", "GET")
    told = dict(first.params)
    assert told["StreamEvent"] == "stream-started"
    assert (told["StreamSid"], told["StreamName"]) == (SID, "ear")
    assert told["Timestamp"].endswith("Z")
    assert dict(last.params)["StreamEvent"] == "stream-error"
    assert dict(last.params)["StreamError"]


@pytest.mark.parametrize(
    ("url", "attributes", "rate"),
    [("", "", 8_000), ("", "sampleRate='16000'", 16_000),
     ("?sample-rate=24000&amp;a=b", "", 24_000),
     ("?sample-rate=16000", "sampleRate='24000'", 16_000), ("?sample-rate=11025", "", 8_000),
     ("?sample-rate=16000", "dialect='twilio'", 8_000)],
)  # fmt: skip
def test_a_server_of_exotels_kind_says_its_rate(script, url, attributes, rate):
    dialect = "" if "dialect" in attributes else "dialect='exotel'"
    s = script(
        f"<Response><Connect><Stream url='wss://x.example/a{url}' {dialect} {attributes}/>"
        "</Connect></Response>"
    ).begin()
    assert order_in(s).rate == rate
    assert s.codes == []


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        ("<Connect><Stream url='http://x.example'/></Connect>",
         ["bad_value", "stream_without_url", "nothing_to_connect"]),
        ("<Connect/>", ["nothing_to_connect"]),
        ("<Connect><Room>r</Room></Connect>", ["unavailable_verb", "nothing_to_connect"]),
        ("<Connect><ConversationRelay><Language code='x'/></ConversationRelay></Connect>",
         ["unavailable_verb", "nothing_to_connect"]),
        ("<Start><Siprec name='x'/></Start>", ["unavailable_verb"]),
        ("<Stop><Stream/></Stop>", ["stream_without_name"]),
        ("<Connect><Stream url='wss://x.example' track='both_tracks'/></Connect>", ["bad_track"]),
        ("<Start><Stream url='wss://x.example' sampleRate='16000'/></Start>",
         ["attribute_without_effect"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_the_call_goes_on(script, document, codes):
    s = script(f"<Response>{document}<Say>after</Say></Response>").begin()
    assert [note.code for note in s.notes][: len(codes)] == codes
    if s.all(commands.StartStream) and "Connect" in document:
        ended(s)
    assert s.heard == ["after"]
