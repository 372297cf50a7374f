"""Speech markup: what it changes is spoken so, the rest is plain text."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.calls import commands
from ringfence.kernel.limits import MARKUP_BREAK_MS, MARKUP_SPEECH_CHARS
from ringfence.markup.parser import parse
from ringfence.markup.spoken import break_ms, pieces, spoken, without_breaks
from ringfence.markup.verbs import Gather, Pause, Say


def said(inside, attributes=""):
    return parse(f"<Response><Say {attributes}>{inside}</Say></Response>")


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("by <sub alias='World Wide Web Consortium'>W3C</sub> now",
         "by World Wide Web Consortium now"),
        ("by <sub>W3C</sub>", "by W3C"),
        ("code <say-as interpret-as='characters'>ab 12</say-as>", "code a b 1 2"),
        ("on <say-as interpret-as='digits'>4071</say-as> now", "on 4 0 7 1 now"),
        ("the <say-as interpret-as='ordinal'>4</say-as>", "the 4"),
        ("<p>One</p><p>Two!</p><s>three</s>", "One. Two! three."),
        ("a <w role='amazon:VB'>read</w> word", "a read word"),
        ("<prosody rate='slow'>slow <emphasis>words</emphasis></prosody>",
         '<speak><prosody rate="slow">slow <emphasis>words</emphasis> </prosody></speak>'),
        ("a <lang xml:lang='fr'>&lt;b&gt; <break time='2s'/>&amp;</lang> c",
         '<speak>a <voice xml:lang="fr">&lt;b&gt; <break time="2000ms"/> &amp;</voice> c</speak>'),
        ("<prosody rate='\" evil'>x</prosody>", "x"),
        ("&lt;speak&gt;x", " <speak>x"),
        ("<p><sub alias='one'>1</sub> two</p>", "one two."),
    ],
)  # fmt: skip
def test_markup_changes_what_is_spoken(inside, text):
    assert said(inside).verbs == (Say(text=text),)


@pytest.mark.parametrize(
    ("attributes", "length"),
    [
        ("", 500),
        ("time='250ms'", 250),
        ("time='1.5s'", 1_500),
        ("time='99s'", MARKUP_BREAK_MS),
        ("time='soon'", 500),
        ("strength='strong'", 1_000),
        ("strength='x-weak'", 100),
        ("strength='weak' time='2s'", 2_000),
    ],
)
def test_a_break_is_silence_between_two_sentences(attributes, length):
    document = said(f"one<break {attributes}/>two", "voice='man'")
    assert document.verbs == (
        Say(text="one", voice="man"), Pause(length=0, millis=length), Say(text="two", voice="man")
    )  # fmt: skip
    assert not document.problems


def test_breaks_at_the_ends_are_nothing_and_neighbours_add_up():
    assert said("<break/>one<break/>").verbs == (Say(text="one"),)
    assert said("one<break/><break time='1s'/>two").verbs[1] == Pause(length=0, millis=1_500)
    assert said("one<break strength='none'/>two").verbs == (Say(text="one"), Say(text="two"))
    assert said("<break/>").problems[0].code == "nothing_to_say"


def test_what_is_repeated_is_one_sound():
    assert said("one<break/>two", "loop='2'").verbs == (Say(text="one two", loop=2),)


def test_a_break_in_a_gather_is_a_prompt_of_it():
    document = parse("<Response><Gather><Say>one<break/>two</Say></Gather></Response>")
    (gather,) = document.verbs
    assert isinstance(gather, Gather)
    assert [type(prompt) for prompt in gather.prompts] == [Say, Pause, Say]


def test_only_what_colours_the_voice_is_noted():
    assert [p.code for p in said("<sub alias='a'>b</sub><break/><p>c</p>").problems] == []
    codes = [p.code for p in said("<phoneme ph='a'>a</phoneme><phoneme>b</phoneme>").problems]
    assert codes == ["markup_in_speech"]


def test_a_break_lasts_to_the_millisecond(script):
    s = script("<Response><Say>a<break time='300ms'/>b</Say></Response>").begin()
    assert s.heard == ["a"]
    s.wait(299)
    assert s.heard == ["a"]
    s.wait(1)
    assert s.heard == ["a", "b"]
    assert s.all(commands.Hangup)


def test_long_speech_is_cut_wherever_it_is_broken():
    half = "x" * (MARKUP_SPEECH_CHARS - 10)
    document = said(f"{half}<break/>{half}")
    assert [len(v.text) for v in document.verbs if isinstance(v, Say)] == [len(half), 10]
    assert [p.code for p in document.problems] == ["speech_too_long"]


@given(st.lists(st.text(alphabet="ab \n", max_size=5) | st.integers(0, 3_000), max_size=8))
def test_pieces_alternate_and_lose_no_word(parts):
    """Invariant: words stay in order, a break stands between two sentences, never at an end."""
    text = "".join(
        part if isinstance(part, str) else spoken("break", {"time": f"{part}ms"}, "")
        for part in parts
    )
    found = pieces(text)
    words = " ".join(piece for piece in found if isinstance(piece, str)).split()
    assert words == without_breaks(text).split()
    assert not found or (isinstance(found[0], str) and isinstance(found[-1], str))
    for one, two in itertools.pairwise(found):
        assert isinstance(one, str) or isinstance(two, str)


@given(st.text(max_size=12))
def test_any_time_is_a_length_within_bounds(text):
    assert 0 <= break_ms({"time": text}) <= MARKUP_BREAK_MS
