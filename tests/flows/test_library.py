"""The library: versions, addresses, and the built-in flows from greeting to good-bye."""

from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from ringfence.calls import commands, notices
from ringfence.flows.library import Library
from ringfence.flows.versions import problems_of
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import FLOW_REVISIONS
from ringfence.markup.context import DEFAULT_SORRY
from ringfence.markup.exchange import Speak
from ringfence.markup.verbs import Hangup, Say

WELCOME = (files("ringfence.prompts") / "welcome.json").read_bytes()
ECHO = (files("ringfence.prompts") / "echo.json").read_bytes()


def says(make, text):
    return make(a={"type": "hangup", "prompt": text})


def test_the_version_in_force(make):
    library = Library()
    assert library.open("flow:x", {}, Ms(0)) is None
    library.learn("x", says(make, "one"))
    library.learn("x", says(make, "two"))
    assert library.open("flow:x", {}, Ms(0)) == (Say(text="two"), Hangup())
    library.forget("x")
    library.forget("x")
    assert library.open("flow:x", {}, Ms(0)) is None


def test_a_document_with_problems_changes_nothing(make):
    library = Library()
    library.learn("x", says(make, "one"))
    with pytest.raises(RemoteError):
        library.learn("x", b"{}")
    assert library.open("flow:x", {}, Ms(0)) == (Say(text="one"), Hangup())


def menu(make, word):
    return make(
        a={"type": "menu", "prompt": "menu", "choices": {"1": "b"}},
        b={"type": "hangup", "prompt": word},
    )


def test_a_call_keeps_the_version_it_began_with(run, make):
    s = run(menu(make, "old"))
    s.library.learn("demo", menu(make, "new"))
    s.keys("1")
    assert s.heard == ["menu", "old"]


def test_a_version_long_gone_is_the_one_in_force(run, make):
    s = run(menu(make, "old"))
    for _ in range(FLOW_REVISIONS):
        s.library.learn("demo", menu(make, "new"))
    s.keys("1")
    assert s.heard == ["menu", "new"]


@pytest.mark.parametrize(
    "url",
    ["flow:", "flow:gone", "flow:x#nowhere", "flow:x y", "flow:../x", "http://x", "flow:x#a#b"],
)
def test_addresses_that_lead_nowhere(make, url):
    library = Library()
    library.learn("x", says(make, "one"))
    assert library.open(url, {}, Ms(0)) is None


def test_prompts_are_what_calls_ask_for(make):
    library = Library(voice="en", language="en-US")
    library.learn("x", says(make, "old"))
    library.learn("x", says(make, "one"))
    library.learn(
        "y",
        make(
            a={"type": "menu", "prompt": ["one", {"text": "two", "voice": "man"}, {"pause": 1}],
               "choices": {"1": "a"}, "invalid": {"text": "drei", "language": "de"}}
        ),
    )  # fmt: skip
    assert library.prompts() == (
        (DEFAULT_SORRY, "en", "en-US"),
        ("one", "en", "en-US"),
        ("two", "man", "en-US"),
        ("drei", "en", "de"),
    )


# --- the built-in flows ---------------------------------------------------------------------------


def test_the_built_in_flows_have_no_problems():
    assert problems_of(WELCOME) == []
    assert problems_of(ECHO) == []


def test_every_sentence_of_the_demo_can_be_spoken_ahead(run):
    s = run(WELCOME)
    asked = {(x.text, x.voice, x.language) for x in s.all(Speak)}
    assert asked
    assert asked <= set(s.library.prompts())


def test_the_demo_tells_the_hours_and_comes_back(run):
    noon = datetime(2026, 6, 1, 12, 0, tzinfo=ZoneInfo("Europe/London"))
    s = run(WELCOME, at=Ms(int(noon.timestamp() * 1000)))
    assert s.heard[0].startswith("Hello")
    s.keys("1")
    assert s.heard[2].startswith("We are open now")
    assert s.heard[3] == s.heard[1]


def test_the_demo_takes_a_message(run):
    s = run(WELCOME)
    s.keys("2")
    assert s.all(commands.StartRecording)
    s.tell(
        notices.RecordingFinished(
            recording="RE1", source="voicemail", reason="digit", duration_ms=4_000, digit="#"
        )
    )
    assert s.heard[-1].startswith("Thank you")
    assert s.hung_up


def test_the_demo_echoes_and_comes_back(run):
    s = run(WELCOME)
    s.keys("0")
    assert s.last(commands.Echo).on
    s.wait(30_000)
    assert not s.last(commands.Echo).on
    assert "press 1" in s.heard[-1]


def test_the_demo_gives_up_politely(run):
    s = run(WELCOME)
    for _ in range(3):
        s.keys("", "timeout")
    assert s.heard[-1] == "Goodbye."
    assert s.hung_up


def test_the_echo_flow(run):
    s = run(ECHO)
    assert s.last(commands.Echo).on
    assert s.program.deadline() is None
