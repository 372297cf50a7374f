"""Invariant: whatever the pieces samples come in, the same utterances are cut from them."""

import math
from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.kernel.limits import UTTERANCE_MS
from ringfence.speech.utterances import Utterances


def tone(ms, amplitude=8000):
    count = range(8 * ms)
    return array("h", (int(amplitude * math.sin(n / 3)) for n in count)).tobytes()


def quiet(ms, level=20):
    return array("h", [level, -level] * (4 * ms)).tobytes()


SOUND = quiet(500) + tone(600) + quiet(1000) + tone(300) + quiet(1000) + tone(200)


def cut(sound, step, **how):
    cutter = Utterances(**how)
    found = [one for at in range(0, len(sound), step) for one in cutter.feed(sound[at : at + step])]
    return [*found, *cutter.end()]


def test_each_is_given_with_where_it_began_and_the_last_without_a_pause():
    found = cut(SOUND, 320)
    assert [one.at_ms for one in found] == [320, 1920, 3220]
    assert all(one.final for one in found)
    assert tone(600)[:3200] in found[0].pcm


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5000))
def test_pieces_do_not_matter(step):
    assert cut(SOUND, step) == cut(SOUND, 320)


def test_a_click_is_nobody_speaking():
    assert cut(quiet(500) + tone(40) + quiet(1000), 320) == []


def test_a_noisy_line_is_not_speech_and_who_speaks_over_it_is_heard():
    """Once it is known to be noisy: it takes three seconds to know."""
    assert cut(quiet(8000, 900), 320)[1:] == []
    found = cut(quiet(8000, 900) + tone(600, 12_000) + quiet(1500, 900), 320)
    assert any(one.at_ms > 7500 for one in found)


def test_who_never_stops_is_cut():
    breathless = (tone(900) + quiet(100)) * (UTTERANCE_MS // 1000 + 2)
    found = cut(breathless, 320)
    assert [len(one.pcm) // 16 for one in found][:1] == [UTTERANCE_MS]
    assert len(found) == 2


def test_what_there_is_so_far_is_given_where_that_is_wished():
    found = cut(quiet(300) + tone(2500) + quiet(1000), 320, so_far_ms=1000)
    assert [one.final for one in found] == [False, False, False, True]
    assert found[0].pcm == found[3].pcm[: len(found[0].pcm)]
    assert "pcm" not in repr(found[0])
