"""Resampling: pass band, stop band, exactness, independence of the frame size."""

from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.media import resample
from ringfence.media.resample import Downsampler, Upsampler

PCM = st.lists(st.integers(-32768, 32767), max_size=400).map(lambda x: array("h", x))


def _sine(hertz, rate, count, peak=16000) -> array:
    return array(
        "h", [round(peak * math.sin(2 * math.pi * hertz * n / rate)) for n in range(count)]
    )


def _decibels(pcm, peak=16000) -> float:
    power = sum(x * x for x in pcm) / len(pcm)
    return 10 * math.log10(max(power, 1e-9) / (peak * peak / 2))


def _slow(x, taps, n) -> int:
    get = lambda k: x[k] if 0 <= k < len(x) else 0  # noqa: E731
    return sum(taps[i] * (get(n - 11 + i) + get(n - 12 - i)) for i in range(12))


@given(PCM)
def test_both_ways_are_the_sums_of_the_docstring(pcm) -> None:
    clip = lambda v: max(-32768, min(32767, v))  # noqa: E731
    up = Upsampler().feed(pcm)
    for n in range(len(pcm)):
        assert up[2 * n] == (pcm[n - 12] if n >= 12 else 0)
        assert up[2 * n + 1] == clip((_slow(pcm, resample.TAPS, n) + 8192) >> 14)
    pcm = pcm[: len(pcm) & ~1]
    down = Downsampler().feed(pcm)
    even, odd = pcm[::2], pcm[1::2]
    for n in range(len(down)):
        centre = even[n - 11] if n >= 11 else 0
        value = 16384 * centre + _slow(odd, resample.TAPS, n) + 16384
        assert down[n] == clip(value >> 15)


@given(PCM, st.lists(st.integers(0, 90), max_size=8))
def test_frames_of_any_size_give_the_same(pcm, sizes) -> None:
    pcm = pcm[: len(pcm) & ~1]
    up, down = Upsampler(), Downsampler()
    high, low = array("h"), array("h")
    at = 0
    for size in [*sizes, len(pcm)]:
        piece = pcm[at : at + 2 * size]
        at += len(piece)
        high += up.feed(piece)
        low += down.feed(piece)
    assert high == Upsampler().feed(pcm)
    assert low == Downsampler().feed(pcm)


@pytest.mark.parametrize("hertz", [100, 1000, 2000, 3000, 3400])
def test_speech_passes(hertz) -> None:
    up = Upsampler().feed(_sine(hertz, 8000, 4000))
    assert abs(_decibels(up[200:])) < 0.1
    down = Downsampler().feed(_sine(hertz, 16000, 8000))
    assert abs(_decibels(down[100:])) < 0.1


@pytest.mark.parametrize("hertz", [4600, 5000, 6500, 7900])
def test_what_would_fold_back_is_stopped(hertz) -> None:
    down = Downsampler().feed(_sine(hertz, 16000, 8000))
    assert _decibels(down[100:]) < -54


def test_no_overflow_in_32_bits() -> None:
    worst = 2 * 32768 * sum(map(abs, resample.TAPS))
    assert worst + 16384 * 32768 + 16384 < 2**31


def test_the_taps_add_up() -> None:
    assert 2 * sum(resample.TAPS) == 16384


@pytest.mark.parametrize("size", [0, 1, 2, 159, 160])
def test_a_whole_clip(size) -> None:
    pcm = _sine(440, 16000, size)
    assert len(resample.convert(pcm, 16000, 8000)) == (size + 1) // 2
    assert len(resample.convert(pcm, 8000, 16000)) == 2 * size
    assert resample.convert(pcm, 8000, 8000) is pcm


def test_there_and_back_is_the_same_sound() -> None:
    pcm = _sine(1000, 8000, 1600)
    back = Downsampler().feed(Upsampler().feed(pcm))
    # 12 samples of 8000 Hz on the way up and 11 on the way down.
    error = [abs(a - b) for a, b in zip(back[100:], pcm[100 - 23 : -23], strict=True)]
    assert max(error) < 200
