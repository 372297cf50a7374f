"""Prompts in order, without gaps, past what cannot be played."""

import pytest

from ringfence.calls import commands, notices
from ringfence.kernel import limits
from ringfence.markup.context import Source
from ringfence.markup.exchange import ClipFailed, ClipReady, LoadMedia, Speak


def doc(inside):
    return f"<Response>{inside}</Response>"


def test_prompts_that_are_ready_go_together(script):
    s = script(doc("<Say>a</Say><Say>b</Say><Play>https://x.example/c</Play>")).begin()
    assert [c.clips for c in s.all(commands.Play)] == [("a", "b", "https://x.example/c")]
    assert s.heard == ["a", "b", "https://x.example/c"]
    assert s.hung_up


def test_loops_play_alone(script):
    s = script(doc("<Say>a</Say><Say loop='3'>b</Say><Say>c</Say>")).begin()
    assert [(c.clips, c.loop) for c in s.all(commands.Play)] == [
        (("a",), 1),
        (("b",), 3),
        (("c",), 1),
    ]


def test_an_endless_loop_is_left_to_the_call(script):
    s = script(doc("<Play loop='0'>https://x.example/c</Play>"))
    s.hold_plays = True
    s.begin()
    assert s.last(commands.Play).loop == 0
    assert s.program.deadline() is None


def test_a_prompt_not_ready_is_waited_for(script):
    s = script(doc("<Say>a</Say><Say>b</Say>"))
    s.hold_clips = True
    s.begin()
    assert s.all(commands.Play) == []
    b, a = s.all(Speak)[1], s.all(Speak)[0]
    s.tell(ClipReady(request=b.request, clip="b"))
    assert s.heard == []
    s.tell(ClipReady(request=a.request, clip="a"))
    assert s.heard == ["a", "b"]


def test_what_cannot_be_spoken_or_fetched_is_skipped_and_noted(script):
    s = script(
        doc("<Say>a</Say>\n<Say>bad</Say>\n<Play>https://x.example/404</Play><Say>z</Say>"),
        broken={"bad", "https://x.example/404"},
    ).begin()
    assert s.heard == ["a", "z"]
    assert s.codes == ["speech_failed", "clip_failed"]
    assert "line 2" in s.notes[0].text
    assert "line 3" in s.notes[1].text
    assert s.hung_up


def test_a_prompt_that_never_comes_is_given_up(script):
    s = script(doc("<Say>a</Say><Say>b</Say>"))
    s.hold_clips = True
    s.begin()
    s.wait(limits.MARKUP_SPEECH_WAIT_MS - 1)
    assert s.codes == []
    s.wait(1)
    assert s.codes == ["speech_failed", "speech_failed"]
    assert s.hung_up


def test_a_play_that_fails_in_the_engine_is_noted_and_passed(script):
    s = script(doc("<Say>a</Say><Pause length='1'/><Say>b</Say>"))
    s.hold_plays = True
    s.begin()
    s.played("failed")
    assert s.codes == ["clip_failed"]
    s.wait(1000)
    assert [c.clips for c in s.all(commands.Play)] == [("a",), ("b",)]


def test_a_stale_play_is_not_ours(script):
    s = script(doc("<Say>a</Say>"))
    s.hold_plays = True
    s.begin()
    s.tell(notices.PlayFinished(play=99, reason="done"))
    assert not s.hung_up
    s.played()
    assert s.hung_up


def test_a_pause_lasts_to_the_millisecond_and_the_next_prompt_is_ready_then(script):
    s = script(doc("<Say>a</Say><Pause length='2'/><Say>b</Say>")).begin()
    assert s.heard == ["a"]
    assert [x.text for x in s.all(Speak)] == ["a", "b"]
    s.wait(1999)
    assert s.heard == ["a"]
    s.wait(1)
    assert s.heard == ["a", "b"]


def test_a_pause_of_nothing(script):
    assert script(doc("<Pause length='0'/><Hangup/>")).begin().hung_up


def test_a_leading_pause_waits_unanswered(script):
    s = script(doc("<Pause length='2'/><Say>a</Say>")).begin()
    assert s.all(commands.Answer) == []
    s.wait(2000)
    assert len(s.all(commands.Answer)) == 1
    assert s.heard == ["a"]


def test_digits_are_sent_with_their_pauses(script):
    s = script(doc("<Play digits='1wW2'/><Say>a</Say>")).begin()
    assert s.last(commands.SendDigits).digits == "1www2"
    assert s.heard == []
    s.tell(notices.DigitsSent())
    assert s.heard == ["a"]


def test_relative_audio_needs_a_document_with_a_url(script):
    s = script(Source(url="https://x.example/d/voice")).begin()
    s.fetched(doc("<Play>a.wav</Play>"))
    assert s.last(LoadMedia).url == "https://x.example/d/a.wav"
    inline = script(doc("<Play>a.wav</Play>")).begin()
    assert inline.codes == ["clip_failed"]
    assert "its address is relative" in inline.notes[0].text


def test_the_apology_is_a_tone_where_speech_fails(script):
    s = script("not xml", broken={"sorry"}).begin()
    assert s.heard == ["tone congestion"]
    assert s.hung_up


def test_the_apology_waits_for_its_clip(script):
    s = script("not xml")
    s.hold_clips = True
    s.begin()
    assert s.heard == []
    s.wait(limits.MARKUP_SPEECH_WAIT_MS)
    assert s.heard == ["tone congestion"]


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("fetch_status", 404, "the server answered 404"),
        ("fetch_too_large", 0, "it is larger than 20 MiB"),
        (
            "clip_not_audio",
            0,
            "what came is neither MP3 nor WAV of a coding that is read (PCM, G.711)",
        ),
        ("fetch_refused", 0, "its address is private or not allowed"),
        ("fetch_timed_out", 0, "no complete answer came in time"),
        ("a_word_of_tomorrow", 0, "it could not be had"),
    ],
)
def test_a_clip_that_cannot_be_had_says_why_and_where(script, code, status, reason):
    s = script(doc("\n  <Say>a</Say><Play>https://x.example/c</Play>"))
    s.hold_clips = True
    s.begin()
    s.tell(ClipFailed(request=s.last(LoadMedia).request, code=code, status=status))
    s.tell(ClipReady(request=s.last(Speak).request, clip="a"))
    assert [note.text for note in s.notes] == [
        f"line 2, column 15: an audio file was skipped: {reason} (13420)"
    ]


def test_a_clip_that_never_comes_says_so(script):
    s = script(doc("<Play>https://x.example/c</Play>"))
    s.hold_clips = True
    s.begin()
    s.wait(limits.MARKUP_MEDIA_WAIT_MS)
    assert "no complete answer came in time" in s.notes[0].text


def test_two_clips_of_one_line_are_two_problems(script):
    inside = "<Play>https://x.example/c</Play><Play>https://x.example/d</Play>"
    s = script(doc(inside), broken={"https://x.example/c", "https://x.example/d"}).begin()
    assert [note.text.partition(":")[0] for note in s.notes] == [
        "line 1, column 11",
        "line 1, column 43",
    ]
