"""Plays: across clips, loops, rates, and when they are over."""

from __future__ import annotations

from array import array

import pytest

from ringfence.media.engine.reference_play import (
    CODED_SILENCE,
    SILENCE,
    Clip,
    Playing,
    coded,
    linear,
)
from ringfence.media.g711 import encode_alaw, encode_ulaw
from ringfence.media.resample import convert
from ringfence.media.wav import to_little_endian


def _clip(size, *, rate=8000, first=1) -> Clip:
    pcm = array("h", [(first + k) % 30_000 for k in range(size)])
    return Clip(rate=rate, pcm=to_little_endian(pcm))


def _all(play, rate=8000, most=100) -> tuple[array, int]:
    out = array("h")
    for frames in range(1, most + 1):
        pieces, over = play.frame(rate)
        out += linear(pieces, rate)
        if over:
            return out, frames
    return out, 0


def test_clips_follow_each_other_without_a_gap() -> None:
    clips = [_clip(100), _clip(0), _clip(250, first=101)]
    out, frames = _all(Playing("p", clips, loops=1))
    assert list(out) == [*range(1, 351), *[0] * 130]
    assert frames == 3


@pytest.mark.parametrize(("size", "frames"), [(160, 1), (320, 2), (319, 2), (321, 3), (1, 1)])
def test_it_is_over_with_the_frame_of_its_last_sample(size, frames) -> None:
    play = Playing("p", [_clip(size), _clip(0)], loops=1)
    out, counted = _all(play)
    assert counted == frames
    assert len(out) == 160 * frames
    assert play.played_ms == size // 8


def test_loops_are_counted() -> None:
    play = Playing("p", [_clip(100)], loops=3)
    out, frames = _all(play)
    assert list(out[:300]) == [*range(1, 101)] * 3
    assert not any(out[300:])
    assert frames == 2


def test_for_ever_is_for_ever() -> None:
    play = Playing("p", [_clip(70), _clip(30, first=71)], loops=0)
    out, frames = _all(play)
    assert frames == 0
    assert list(out[:200]) == [*range(1, 101)] * 2


@pytest.mark.parametrize("loops", [0, 1, 5])
def test_nothing_to_play_is_over_at_once(loops) -> None:
    play = Playing("p", [_clip(0), _clip(0)], loops=loops)
    assert play.frame(8000) == ([], True)
    assert play.played_ms == 0


def test_the_other_rate_is_the_clip_converted_whole() -> None:
    clip = _clip(1000)
    play = Playing("p", [clip], loops=1)
    out, _ = _all(play, rate=16_000)
    whole = convert(clip.pcm(8000), 8000, 16_000)
    assert out[: len(whole)] == whole
    assert play.played_ms == 125


def test_a_codec_change_keeps_the_place() -> None:
    play = Playing("p", [_clip(1600)], loops=1)
    for _ in range(5):
        play.frame(8000)
    pieces, _ = play.frame(16_000)
    assert (pieces[0].start, pieces[0].end) == (1600, 1920)
    assert play.played_ms == 120


def test_coded_frames_are_the_coded_samples() -> None:
    clips = [_clip(200), _clip(90, first=5000)]
    for codec, encode in (("PCMU", encode_ulaw), ("PCMA", encode_alaw)):
        play, again = Playing("p", clips, loops=1), Playing("p", clips, loops=1)
        over = False
        while not over:
            pieces, over = play.frame(8000)
            same, _ = again.frame(8000)
            assert coded(pieces, codec) == encode(linear(same, 8000))


def test_silence_is_a_frame_of_each_rate_and_law() -> None:
    assert (len(SILENCE[8000]), len(SILENCE[16_000])) == (160, 320)
    assert {codec: (len(data), set(data)) for codec, data in CODED_SILENCE.items()} == {
        "PCMU": (160, {0xFF}),
        "PCMA": (160, {0xD5}),
    }
