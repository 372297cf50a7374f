"""Concealment: pitch, fade, joins; and the squeeze."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.media import plc

SAMPLES = st.lists(st.integers(-32768, 32767), max_size=700).map(lambda x: array("h", x))


def _voice(count, *, rate, hertz=125, start=0) -> array:
    """A periodic signal with overtones, like a vowel."""
    return array(
        "h",
        [
            round(
                6000 * math.sin(2 * math.pi * hertz * n / rate)
                + 3000 * math.sin(2 * math.pi * 3 * hertz * n / rate)
                + 1500 * math.sin(2 * math.pi * 7 * hertz * n / rate)
            )
            for n in range(start, start + count)
        ],
    )


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("hertz", [80, 125, 160])
def test_a_vowel_goes_on_at_its_pitch(rate, hertz) -> None:
    """For the first 10 ms the made-up audio is what would have come, within a small error."""
    concealer = plc.Concealer(rate=rate)
    concealer.good(_voice(rate // 10, rate=rate, hertz=hertz))
    made = concealer.lost(rate // 100)
    true = _voice(rate // 100, rate=rate, hertz=hertz, start=rate // 10)
    error = sum((a - b) ** 2 for a, b in zip(made, true, strict=True))
    assert error < 0.05 * sum(b * b for b in true)


@pytest.mark.parametrize("rate", [8000, 16000])
def test_it_fades_to_silence_in_60_ms(rate) -> None:
    concealer = plc.Concealer(rate=rate)
    concealer.good(_voice(rate // 10, rate=rate))
    frames = [concealer.lost(rate // 50) for _ in range(4)]
    loud = [max(map(abs, frame)) for frame in frames]
    assert loud[0] > loud[1] > loud[2] > 0
    assert not any(frames[3])


@pytest.mark.parametrize("rate", [8000, 16000])
def test_the_joins_do_not_click(rate) -> None:
    """No step at either end of a gap is larger than the signal itself makes."""
    voice = _voice(rate, rate=rate)
    own = max(abs(a - b) for a, b in pairwise(voice))
    concealer = plc.Concealer(rate=rate)
    frame = rate // 50
    out = array("h")
    for number in range(20):
        piece = voice[number * frame : (number + 1) * frame]
        out += concealer.lost(frame) if number in {7, 8, 13} else concealer.good(piece)
    assert max(abs(a - b) for a, b in pairwise(out)) <= own * 1.5


def test_silence_stays_silence() -> None:
    concealer = plc.Concealer(rate=8000)
    assert not any(concealer.lost(160))
    concealer.good(array("h", bytes(640)))
    assert not any(concealer.lost(640))


def test_audio_after_a_gap_is_untouched_beyond_the_blend() -> None:
    concealer = plc.Concealer(rate=8000)
    concealer.good(_voice(320, rate=8000))
    concealer.lost(160)
    arrived = _voice(160, rate=8000, hertz=100)
    blended = concealer.good(arrived)
    assert blended[32:] == arrived[32:]
    assert blended[:32] != arrived[:32]
    assert concealer.good(arrived) == arrived


def test_a_gap_in_pieces_is_the_same_gap() -> None:
    whole, pieces = plc.Concealer(rate=8000), plc.Concealer(rate=8000)
    for concealer in (whole, pieces):
        concealer.good(_voice(400, rate=8000))
    made = whole.lost(600)
    parts = array("h")
    for size in (1, 7, 80, 160, 352):
        parts += pieces.lost(size)
    assert parts == made


def test_known_answer() -> None:
    """By hand: a ramp of period 50 is found at lag 50 and fades as the docstring says."""
    concealer = plc.Concealer(rate=8000)
    concealer.good(array("h", [100 * (n % 50) for n in range(250)]))
    made = concealer.lost(480)
    for g, value in enumerate(made):
        gain = 32768 if g < 80 else 32768 * (480 - g) // 400
        assert value == 100 * (g % 50) * gain >> 15


@given(SAMPLES, st.integers(1, 700), SAMPLES)
def test_any_samples_stay_within_sixteen_bits(before, gap, after) -> None:
    """array("h") raises on any value out of range, so it is enough that nothing is raised."""
    for rate in (8000, 16000):
        concealer = plc.Concealer(rate=rate)
        concealer.good(before)
        assert len(concealer.lost(gap)) == gap
        assert len(concealer.good(after)) == len(after)


@given(SAMPLES.filter(lambda x: len(x) > 1), st.data())
def test_a_squeeze_keeps_both_ends(pcm, data) -> None:
    """The result begins as the audio began and ends as it ended, at the length asked for."""
    keep = data.draw(st.integers((len(pcm) + 1) // 2, len(pcm)))
    out = plc.squeeze(pcm, keep)
    assert len(out) == keep
    assert out[0] == pcm[0]
    skip = len(pcm) - keep
    assert out[skip:] == pcm[2 * skip :]


def test_a_squeeze_of_a_steady_tone_stays_steady() -> None:
    """100 Hz skips a whole period in 10 ms: nothing is to be heard of it."""
    tone = _voice(240, rate=8000, hertz=100)
    assert max(abs(a - b) for a, b in zip(plc.squeeze(tone, 160), tone, strict=False)) <= 2
