"""Flows as callers meet them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.flows import text_compile
from ringfence.flows.compile import _BUILDERS, Compiled
from ringfence.flows.reading import APPLETS
from ringfence.flows.versions import read
from ringfence.kernel.clock import Ms
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Callback, Fetch
from ringfence.markup.verbs import Redirect

MENU = {
    "type": "menu",
    "prompt": "menu",
    "choices": {"1": "one", "#": "hash"},
    "invalid": "invalid",
    "silence": "silence",
    "otherwise": "bye",
}
PLACES = {
    "one": {"type": "hangup", "prompt": "one"},
    "hash": {"type": "hangup", "prompt": "hash"},
    "bye": {"type": "hangup", "prompt": "bye"},
}


def test_what_speaks_is_joined_with_what_follows(run, make):
    s = run(
        make(
            a={"type": "greeting", "prompt": ["one", "two"], "next": "b"},
            b={"type": "goto", "to": "c"},
            c={"type": "greeting", "prompt": "three", "next": "d"},
            d={"type": "hangup", "prompt": "bye"},
        )
    )
    assert [c.clips for c in s.all(commands.Play)] == [("one", "two", "three", "bye")]
    assert s.hung_up


def test_a_menu(run, make):
    s = run(make(a=MENU, **PLACES))
    collect = s.last(commands.Collect)
    assert (collect.max_digits, collect.finish_on) == (1, "")
    s.keys("#")
    assert s.heard == ["menu", "hash"]


def test_a_greeting_before_a_menu_is_cut_short_by_a_key(run, make):
    places = {**PLACES, "one": {"type": "greeting", "prompt": "again", "next": "m"}}
    s = run(make(a={"type": "greeting", "prompt": "hello", "next": "m"}, m=MENU, **places))
    assert s.heard == ["hello", "menu"]
    kinds = [type(x) for x in s.all(commands.Collect, commands.Play)]
    assert kinds == [commands.Collect, commands.Play]
    s.keys("1")
    assert s.heard[2:] == ["again", "menu"]
    s.keys("9")
    assert s.heard[4:] == ["invalid", "menu"]
    kinds = [type(x) for x in s.all(commands.Collect, commands.Play)]
    assert kinds == [commands.Collect, commands.Play] * 3


def test_a_menu_asks_three_times_and_then_goes_elsewhere(run, make):
    s = run(make(a=MENU, **PLACES))
    s.keys("9")
    s.keys("", "timeout")
    s.keys("5")
    assert s.heard == ["menu", "invalid", "menu", "silence", "menu", "bye"]
    assert s.hung_up


def test_a_menu_counts_afresh_when_it_is_entered_again(run, make):
    places = {**PLACES, "one": {"type": "goto", "to": "a"}}
    s = run(make(a=MENU, **places))
    for _ in range(5):
        s.keys("9")
        s.keys("9")
        s.keys("1")
    assert "bye" not in s.heard


def at(*when):
    return Ms(int(datetime(*when, tzinfo=ZoneInfo("Europe/London")).timestamp() * 1000))


@pytest.mark.parametrize(("hour", "heard"), [(10, "open"), (20, "closed")])
def test_hours(run, make, hour, heard):
    body = make(
        a={
            "type": "hours", "timezone": "Europe/London", "open": "o", "closed": "c",
            "weekly": [{"days": ["mon"], "from": "09:00", "to": "17:00"}],
        },
        o={"type": "hangup", "prompt": "open"},
        c={"type": "hangup", "prompt": "closed"},
    )  # fmt: skip
    s = run(body, at=at(2026, 6, 1, hour, 0))
    assert s.heard == [heard]


DIAL = {
    "type": "dial", "numbers": ["+12025550124"], "sip": ["sip:ann@example.com"], "timeout": 20,
    "caller_id": "+12025550100", "record": True,
    "next": "n", "unanswered": "u", "busy": "b",
}  # fmt: skip
AFTER = {name: {"type": "hangup", "prompt": name} for name in ("n", "u", "b")}


@pytest.mark.parametrize(
    ("status", "heard"), [("completed", "n"), ("busy", "b"), ("no_answer", "u"), ("failed", "u")]
)
def test_dial(run, make, status, heard):
    s = run(make(a=DIAL, **AFTER))
    dial = s.last(commands.Dial)
    assert [target.endpoint for target in dial.targets] == [
        commands.ToPhone(phone=Phone("+12025550124")),
        commands.ToSip(uri="sip:ann@example.com"),
    ]
    assert (dial.ring_ms, dial.record, dial.dual) == (20_000, "from_answer", True)
    s.tell(notices.DialFinished(status=status, cause=Cause.NORMAL, ring_ms=1))
    assert s.heard == [heard]


def test_busy_is_unanswered_where_it_is_not_told_apart(run, make):
    dial = {key: value for key, value in DIAL.items() if key != "busy"}
    s = run(make(a=dial, **AFTER))
    s.tell(notices.DialFinished(status="busy", cause=Cause.BUSY))
    assert s.heard == ["u"]


VOICEMAIL = {
    "type": "voicemail", "prompt": "speak", "seconds": 60, "silence": 4,
    "url": "https://x.example/vm", "next": "thanks",
}  # fmt: skip
THANKS = {"thanks": {"type": "hangup", "prompt": "thanks"}}


def message(reason="digit"):
    return notices.RecordingFinished(
        recording="RE1", source="voicemail", reason=reason, duration_ms=9_000
    )


def test_voicemail(run, make):
    s = run(make(a=VOICEMAIL, **THANKS))
    record = s.last(commands.StartRecording)
    assert (record.max_ms, record.silence_ms, record.finish_on) == (60_000, 4_000, "#")
    s.tell(message())
    assert s.heard == ["speak", "thanks"]
    assert s.last(Callback).url == "https://x.example/vm"


def test_voicemail_left_by_hanging_up_is_told_too(run, make):
    s = run(make(a=VOICEMAIL, **THANKS))
    s.hang_up()
    s.tell(message("leg_closed"))
    assert s.params(s.last(Callback))["RecordingStatus"] == "completed"


def test_voicemail_without_a_message_goes_on(run, make):
    s = run(make(a=VOICEMAIL, **THANKS))
    s.tell(notices.RecordingMissing(recording="RE1", source="voicemail", reason="empty"))
    assert s.heard == ["speak", "thanks"]


def test_gather(run, make):
    s = run(
        make(
            a={"type": "gather", "prompt": "code", "digits": 4, "url": "https://x.example/d",
               "empty": "b"},
            b={"type": "hangup", "prompt": "nothing"},
        )
    )  # fmt: skip
    s.keys("", "timeout")
    assert s.heard == ["code", "nothing"]
    s = run(make(a={"type": "gather", "url": "https://x.example/d"}))
    s.keys("1234")
    assert s.last(Fetch).url == "https://x.example/d"
    assert s.params()["Digits"] == "1234"


def test_echo_url_reject(run, make):
    s = run(make(a={"type": "echo", "prompt": "speak"}))
    assert s.last(commands.Echo).on
    s = run(make(a={"type": "url", "url": "https://x.example/v", "method": "GET"}))
    assert (s.last(Fetch).url, s.last(Fetch).method) == ("https://x.example/v", "GET")
    s = run(make(a={"type": "reject", "busy": True}))
    assert s.last(commands.Reject).cause is Cause.BUSY


def test_a_flow_leads_to_another_from_its_start(run, make):
    s = run(make(a={"type": "goto", "flow": "other"}))
    assert s.codes == ["no_such_flow"]
    s.library.learn("other", make(a={"type": "hangup", "prompt": "there"}))
    s = run(make(a={"type": "goto", "flow": "demo"}))
    assert s.codes == ["document_loop"]


def test_a_circle_that_only_speaks_ends_in_a_bound(run, make):
    flow = Compiled(
        read(make(a={"type": "goto", "to": "b"}, b={"type": "goto", "to": "a"})), "flow:x@1"
    )
    (last,) = flow.open("", {}, Ms(0))
    assert isinstance(last, Redirect)
    s = run(make(a={"type": "goto", "to": "b"}, b={"type": "goto", "to": "a"}))
    assert s.codes == ["document_loop"]
    assert s.hung_up


@pytest.mark.parametrize("fragment", ["gone", "a/x", "a/-1", "a/", "one/1", "a/\u0663"])
def test_fragments_nobody_made(make, fragment):
    flow = Compiled(read(make(a=MENU, **PLACES)), "flow:x@1")
    found = flow.open(fragment, {"Digits": "9"}, Ms(0))
    assert found is None or fragment == "a/"


def test_every_type_is_compiled():
    built = _BUILDERS.keys() | text_compile.BUILDERS.keys()
    deciding = {APPLETS["hours"][0], APPLETS["keywords"][0]}  # never verbs
    assert {made for made, _ in APPLETS.values()} - built == deciding
