"""Flows out of JSON: every applet, every mistake with its path."""

import json
import random
from importlib.resources import files

import pytest

from ringfence.flows import applets as a
from ringfence.flows.reading import APPLETS, flow
from ringfence.flows.text_applets import TEXT_APPLETS
from ringfence.flows.values import Notes
from ringfence.markup.verbs import Pause, Play, Say


def read(value):
    notes = Notes()
    found = flow(value, notes)
    assert (found is None) is bool(notes.problems)
    return found, [problem.where for problem in notes.problems]


def shell(applet, **more):
    return {
        "ringfence_flow": 1,
        "start": "a",
        "applets": {"a": applet, "b": {"type": "hangup"}},
        **more,
    }


GOOD = {
    "greeting": (
        {"type": "greeting", "prompt": "Hello", "next": "b"},
        a.Greeting(prompt=(Say(text="Hello"),), next="b"),
    ),
    "prompts": (
        {
            "type": "greeting",
            "prompt": [
                "Hello",
                {"text": "Hola", "language": "es", "voice": "woman", "loop": 2},
                {"audio": "https://x.example/a.wav"},
                {"pause": 2},
            ],
        },
        a.Greeting(
            prompt=(
                Say(text="Hello"),
                Say(text="Hola", language="es", voice="woman", loop=2),
                Play(url="https://x.example/a.wav"),
                Pause(length=2),
            )
        ),
    ),
    "menu": (
        {
            "type": "menu", "prompt": "x", "choices": {"1": "b", "*": "a"}, "timeout": 9,
            "tries": 2, "invalid": "no", "silence": {"text": "hm"}, "otherwise": "b",
        },
        a.Menu(
            prompt=(Say(text="x"),), choices={"1": "b", "*": "a"}, timeout=9, tries=2,
            invalid=(Say(text="no"),), silence=(Say(text="hm"),), otherwise="b",
        ),
    ),
    "gather": (
        {"type": "gather", "url": "https://x.example/d", "digits": 4, "finish_on": "",
         "empty": "b"},
        a.Gather(url="https://x.example/d", digits=4, finish_on="", empty="b"),
    ),
    "dial": (
        {
            "type": "dial", "numbers": ["+1 202 555 0123"], "sip": ["sip:ann@example.com"],
            "timeout": 20, "time_limit": 60, "sequential": True, "caller_id": "+12025550100",
            "record": True, "answer_first": False, "next": "b", "unanswered": "b", "busy": "a",
        },
        a.Dial(
            numbers=("+1 202 555 0123",), sip=("sip:ann@example.com",), timeout=20, time_limit=60,
            sequential=True, caller_id="+12025550100", record=True, answer_first=False, next="b",
            unanswered="b", busy="a",
        ),
    ),
    "voicemail": (
        {
            "type": "voicemail", "prompt": "speak", "seconds": 60, "silence": 0, "finish_on": "*",
            "beep": False, "url": "https://x.example/vm", "method": "GET", "next": "b",
        },
        a.Voicemail(
            prompt=(Say(text="speak"),), seconds=60, silence=0, finish_on="*", beep=False,
            url="https://x.example/vm", method="GET", next="b",
        ),
    ),
    "echo": ({"type": "echo", "seconds": 5, "next": "b"}, a.Echo(seconds=5, next="b")),
    "goto": ({"type": "goto", "to": "b"}, a.Goto(to="b")),
    "transfer": ({"type": "goto", "flow": "sales"}, a.Goto(flow="sales")),
    "url": ({"type": "url", "url": "https://x.example/v"}, a.Url(url="https://x.example/v")),
    "hangup": ({"type": "hangup", "prompt": "bye"}, a.Hangup(prompt=(Say(text="bye"),))),
    "reject": ({"type": "reject", "busy": True}, a.Reject(busy=True)),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_every_applet(name):
    value, applet = GOOD[name]
    found, problems = read(shell(value))
    assert problems == []
    assert found.applets["a"] == applet


def test_every_type_has_an_example():
    spoken = APPLETS.keys() - TEXT_APPLETS.keys()  # those: tests/flows/test_text_applets.py
    assert {value["type"] for value, _ in GOOD.values()} | {"hours"} == spoken


def test_hours():
    found, _ = read(
        shell(
            {
                "type": "hours", "timezone": "Asia/Kolkata", "open": "a", "closed": "b",
                "weekly": [{"days": ["mon"], "from": "09:00", "to": "10:00"}],
            }
        )
    )  # fmt: skip
    hours = found.applets["a"]
    assert (hours.open, hours.closed) == ("a", "b")
    assert hours.schedule.weekly[0] == ((540, 600),)


def test_voice_and_language_of_the_flow_hold_where_a_prompt_has_none():
    found, _ = read(
        shell(
            {"type": "greeting", "prompt": ["a", {"text": "b", "voice": "man", "language": "de"}]},
            voice="woman",
            language="en-GB",
            title="A title",
        )
    )
    assert found.applets["a"].prompt == (
        Say(text="a", voice="woman", language="en-GB"),
        Say(text="b", voice="man", language="de"),
    )
    assert found.title == "A title"


BAD = [
    ({"type": "fax"}, ["type"]),
    ({}, ["type"]),
    ({"type": ["menu"]}, ["type"]),
    ("hangup", [""]),
    ({"type": "greeting"}, ["prompt"]),
    ({"type": "greeting", "prompt": ""}, ["prompt"]),
    ({"type": "greeting", "prompt": []}, ["prompt"]),
    ({"type": "greeting", "prompt": 5}, ["prompt"]),
    ({"type": "greeting", "prompt": ["a", {"pause": 0}, {"say": "x"}]},
     ["prompt.1.pause", "prompt.2"]),
    ({"type": "greeting", "prompt": {"text": "a", "audio": "b"}}, ["prompt"]),
    ({"type": "greeting", "prompt": {"audio": "a.wav"}}, ["prompt.audio"]),
    ({"type": "greeting", "prompt": "x", "next": "nowhere"}, ["next"]),
    ({"type": "greeting", "prompt": "x", "nxt": "b"}, ["nxt"]),
    ({"type": "menu", "prompt": "x", "choices": {}}, ["choices"]),
    ({"type": "menu", "prompt": "x", "choices": {"12": "b", "3": "gone", "4": 5}},
     ["choices.##", "choices.4", "choices.3"]),
    ({"type": "menu", "prompt": "x", "choices": {"1": "b"}, "tries": 0}, ["tries"]),
    ({"type": "gather"}, ["url"]),
    ({"type": "gather", "url": "flow:x"}, ["url"]),
    ({"type": "hours", "timezone": "Nowhere", "open": "a"}, ["timezone", "weekly", "closed"]),
    ({"type": "dial"}, [""]),
    ({"type": "dial", "numbers": []}, ["numbers", ""]),
    ({"type": "dial", "numbers": ["+12025550123", "ann"]}, ["numbers.1"]),
    ({"type": "dial", "sip": ["ann"]}, ["sip.0"]),
    ({"type": "dial", "numbers": ["+12025550123"], "caller_id": "ann"}, ["caller_id"]),
    ({"type": "voicemail", "seconds": "60"}, ["seconds"]),
    ({"type": "goto"}, [""]),
    ({"type": "goto", "to": "b", "flow": "x"}, [""]),
    ({"type": "url", "url": "x"}, ["url"]),
]  # fmt: skip


@pytest.mark.parametrize(("applet", "places"), BAD)
def test_every_mistake_has_its_path(applet, places):
    found, problems = read(shell(applet))
    assert found is None
    assert problems == [f"$.applets.a.{place}".rstrip(".") for place in places]


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ([], ["$"]),
        ({}, ["$.ringfence_flow", "$.start", "$.applets"]),
        ({"ringfence_flow": 2, "start": "a", "applets": {}}, ["$.ringfence_flow", "$.applets"]),
        (shell({"type": "hangup"}, colour="red"), ["$.colour"]),
        (shell({"type": "hangup"}, voice=5), ["$.voice"]),
        (shell({"type": "hangup"}, start="zz"), ["$.start"]),
        (
            {"ringfence_flow": 1, "start": "a", "applets": {"a": {"type": "hangup"}, "1": {}}},
            ["$.applets.1"],
        ),
        (
            {"ringfence_flow": 2, "start": "zz", "applets": {
                "a": {"type": "dial", "sip": [], "next": "yy", "busy": "a"}, "b": {"type": "odd"}}},
            ["$.ringfence_flow", "$.applets.a.sip", "$.applets.a", "$.applets.b.type",
             "$.applets.a.next", "$.start"],
        ),
    ],
)  # fmt: skip
def test_mistakes_of_the_whole(value, places):
    assert read(value)[1] == places


def test_numbers_never_appear_in_problems():
    notes = Notes()
    flow(
        shell({"type": "dial", "numbers": ["+1415555012x"], "+14155550123": 1, "caller_id": 5}),
        notes,
    )
    assert notes.problems
    assert "415555" not in repr(notes.problems)


def test_documents_with_a_value_replaced_are_read_or_refused():
    """Invariant: any JSON in place of any value ends in a flow or in problems, never a crash."""
    rng = random.Random(5)
    junk = [None, True, 0, -1, 1e9, "", "x", "a" * 5000, [], {}, [[]], {"a": {}}, ["a", 1], "😀"]
    welcome = json.loads((files("ringfence.prompts") / "welcome.json").read_bytes())

    def places(value, path=()):
        yield path
        items = (
            value.items() if isinstance(value, dict)
            else enumerate(value) if isinstance(value, list) else ()
        )  # fmt: skip
        for key, inner in items:
            yield from places(inner, (*path, key))

    for path in list(places(welcome)):
        for _ in range(4):
            damaged = json.loads(json.dumps(welcome))
            if not path:
                damaged = rng.choice(junk)
            else:
                at = damaged
                for key in path[:-1]:
                    at = at[key]
                at[path[-1]] = rng.choice(junk)
            read(damaged)
