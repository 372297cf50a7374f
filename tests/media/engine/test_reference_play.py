"""Plays: across clips, loops, rates, and when they are over."""

from __future__ import annotations

from array import array

import pytest
from media_twin import Exchange

from ringfence.kernel.limits import MEDIA_PLAY_QUEUE
from ringfence.media.engine import protocol as p
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
from ringfence.media.wav import from_little_endian, to_little_endian


def _clip(size, *, rate=8000, first=1) -> Clip:
    pcm = array("h", [(first + k) % 30_000 for k in range(size)])
    return Clip(rate=rate, pcm=to_little_endian(pcm))


def _all(play, rate=8000, most=100) -> tuple[array, int]:
    out = array("h")
    for frames in range(1, most + 1):
        pieces, _, over = play.frame(rate, 160 * rate // 8000)
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
    assert play.frame(8000, 160) == ([], 160, True)
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
        play.frame(8000, 160 * 8000 // 8000)
    pieces, _, _ = play.frame(16_000, 320)
    assert (pieces[0].start, pieces[0].end) == (1600, 1920)
    assert play.played_ms == 120


def test_coded_frames_are_the_coded_samples() -> None:
    clips = [_clip(200), _clip(90, first=5000)]
    for codec, encode in (("PCMU", encode_ulaw), ("PCMA", encode_alaw)):
        play, again = Playing("p", clips, loops=1), Playing("p", clips, loops=1)
        over = False
        while not over:
            pieces, _, over = play.frame(8000, 160 * 8000 // 8000)
            same, _, _ = again.frame(8000, 160)
            assert coded(pieces, codec) == encode(linear(same, 8000))


def test_silence_is_a_frame_of_each_rate_and_law() -> None:
    assert (len(SILENCE[8000]), len(SILENCE[16_000])) == (160, 320)
    assert {codec: (len(data), set(data)) for codec, data in CODED_SILENCE.items()} == {
        "PCMU": (160, {0xFF}),
        "PCMA": (160, {0xD5}),
    }


def test_a_queued_play_begins_where_the_one_before_it_ends() -> None:
    exchange = Exchange()
    exchange.leg("A")
    for name, size in (("a", 100), ("b", 300), ("e", 0)):
        exchange.do(p.LoadClip(name, 8000, to_little_endian(array("h", [1000] * size))))
    exchange.do(p.StartRecording("RE", [p.Channel("A", "out", b"", "")], live=True))
    for play, clip in (("P1", "a"), ("P2", "e"), ("P3", "b"), ("P4", "a")):
        exchange.do(p.Play("A", play, [clip], queue=True))
    exchange.run(100)
    heard = from_little_endian(b"".join(chunk.pcm for chunk in exchange.audio))
    assert heard == array("h", [1000] * 500 + [0] * 300)
    ended = [n for n in exchange.take_notices() if isinstance(n, p.PlayFinished)]
    assert [(n.play, n.reason, n.played_ms) for n in ended] == [
        ("P1", "done", 12), ("P2", "done", 0), ("P3", "done", 37), ("P4", "done", 12),
    ]  # fmt: skip


def test_stopping_stops_what_is_queued_and_a_queue_is_bounded() -> None:
    exchange = Exchange()
    exchange.leg("A")
    exchange.do(p.LoadClip("a", 8000, bytes(3200)))
    for number in range(int(MEDIA_PLAY_QUEUE) + 1):
        exchange.do(p.Play("A", f"P{number}", ["a"], queue=True))
    assert exchange.take_notices() == [p.PlayFinished("A", f"P{MEDIA_PLAY_QUEUE}", "failed", 0)]
    exchange.do(p.StopPlay("A"))
    assert len(exchange.take_notices()) == MEDIA_PLAY_QUEUE
