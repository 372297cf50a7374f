"""Clips are asked for once, remembered, and given up in time."""

from itertools import count

from ringfence.kernel import limits
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import ClipId
from ringfence.markup.clips import ClipShelf
from ringfence.markup.exchange import ClipFailed, ClipReady, LoadMedia, Speak
from ringfence.markup.verbs import Play, Say

NOW = Ms(1_000)


def shelf(**how):
    asked = []
    numbers = count(1)
    return ClipShelf(asked.append, lambda: next(numbers), **how), asked


def test_the_same_sentence_is_one_clip():
    clips, asked = shelf()
    first = clips.want(Say(text="a"), "", NOW)
    assert clips.want(Say(text="a", loop=3), "", NOW) is first
    assert clips.want(Say(text="a", voice="man"), "", NOW) is not first
    assert asked == [Speak(request=1, text="a"), Speak(request=2, text="a", voice="man")]


def test_the_call_has_a_voice_and_a_language():
    clips, asked = shelf(voice="en-gb", language="en-GB")
    clips.want(Say(text="a"), "", NOW)
    clips.want(Say(text="a", voice="man", language="de"), "", NOW)
    assert asked == [
        Speak(request=1, text="a", voice="en-gb", language="en-GB"),
        Speak(request=2, text="a", voice="man", language="de"),
    ]


def test_audio_is_resolved_and_asked_anew_by_every_document():
    clips, asked = shelf()
    first = clips.want(Play(url="a.wav"), "https://x.example/d/v", NOW)
    assert clips.want(Play(url="a.wav"), "https://x.example/d/v", NOW) is first
    clips.new_document()
    assert clips.want(Play(url="a.wav"), "https://x.example/d/v", NOW) is not first
    assert asked == [LoadMedia(request=n, url="https://x.example/d/a.wav") for n in (1, 2)]


def test_what_is_no_url_fails_at_once():
    clips, asked = shelf()
    assert clips.want(Play(url="a.wav"), "", NOW).failed
    assert clips.want(Play(url="flow:x"), "", NOW).failed
    assert asked == []


def test_answers_settle_and_late_ones_do_nothing():
    clips, _ = shelf()
    one = clips.want(Say(text="a"), "", NOW)
    two = clips.want(Say(text="b"), "", NOW)
    clips.receive(ClipReady(request=1, clip=ClipId("CL1")))
    clips.receive(ClipFailed(request=2))
    clips.receive(ClipFailed(request=1))
    clips.receive(ClipReady(request=99, clip=ClipId("CL9")))
    assert (one.clip, one.failed, two.clip, two.failed) == ("CL1", False, None, True)


def test_a_failed_sentence_is_tried_again_next_time():
    clips, asked = shelf()
    clips.want(Say(text="a"), "", NOW)
    clips.receive(ClipFailed(request=1))
    assert not clips.want(Say(text="a"), "", NOW).settled
    assert len(asked) == 2


def test_what_does_not_come_in_time_has_failed():
    clips, _ = shelf()
    speech = clips.want(Say(text="a"), "", NOW)
    media = clips.want(Play(url="https://x.example/a"), "", NOW)
    due = NOW + limits.MARKUP_SPEECH_WAIT_MS
    assert clips.deadline() == due
    assert not clips.fire(Ms(due - 1))
    assert clips.fire(Ms(due))
    assert (speech.failed, media.failed) == (True, False)
    assert clips.deadline() == NOW + limits.MARKUP_MEDIA_WAIT_MS
    clips.fire(Ms(NOW + limits.MARKUP_MEDIA_WAIT_MS))
    assert media.failed
    assert clips.deadline() is None


def test_sentences_kept_are_bounded():
    clips, asked = shelf()
    for n in range(limits.MARKUP_CLIPS_KEPT + 1):
        clips.want(Say(text=str(n)), "", NOW)
    clips.want(Say(text="1"), "", NOW)
    assert len(asked) == limits.MARKUP_CLIPS_KEPT + 1
    clips.want(Say(text="0"), "", NOW)
    assert len(asked) == limits.MARKUP_CLIPS_KEPT + 2
