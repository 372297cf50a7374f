"""What redaction suspects: more than is a digit, but not speech, tones or noise."""

from __future__ import annotations

import math
import random
from array import array
from pathlib import Path

import pytest

from ringfence.media import dtmf, g711, tones
from ringfence.media.digit_watch import RULES, DigitWatch

PASSAGE = 3_200
"""Samples: about as long as each is."""
VECTORS = Path(__file__).parents[1] / "vectors" / "media"


def _suspects(pcm: array[int]) -> bool:
    """Whether a digit was suspected in any frame of 20 ms."""
    watch = DigitWatch()
    return any(watch.feed(pcm[at : at + 160]) for at in range(0, len(pcm), 160))


def _pair(row, column, milliseconds=40, *, peak=4000.0, twist=1.0, off=0.0, noise=0.0) -> array:
    """Two sines of one peak together, silence around them, noise over all of it."""
    source, count = random.Random(row + column), milliseconds * 8
    scale = peak / (1 + twist)
    out = array("h")
    for n in range(-400, count + 400):
        x = source.gauss(0, noise)
        if 0 <= n < count:
            turn = 2 * math.pi * n / 8000 * (1 + off)
            x += scale * math.sin(row * turn) + scale * twist * math.sin(column * turn + 1)
        out.append(round(x))
    return out


@pytest.mark.parametrize("digit", "1590D#")
def test_the_shortest_digit_is_suspected_before_it_is_sure(digit) -> None:
    pcm = tones.Oscillator(tones.dtmf(digit, 100), rate=8000).read(800)
    watch, detector = DigitWatch(), dtmf.ToneDetector()
    alone = min(rule.blocks for rule in RULES if not rule.company)
    seen = dtmf.BLOCK + (alone - 1) * dtmf.HOP
    assert not watch.feed(pcm[: seen - 1])
    assert watch.feed(pcm[seen - 1 : seen])
    assert detector.feed(pcm[:seen]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"peak": 400.0},
        {"twist": 2.2},
        {"twist": 0.4},
        {"off": 0.018},
        {"off": -0.018},
        {"noise": 1100.0},
    ],
    ids=["faint", "column 7 dB up", "column 8 dB down", "sharp", "flat", "noise 6 dB below"],
)
def test_what_a_detector_may_refuse_is_suspected_all_the_same(changes) -> None:
    for row in tones.DTMF_ROWS:
        for column in tones.DTMF_COLUMNS:
            assert _suspects(_pair(row, column, **changes)), (row, column)


def test_one_sine_of_a_pair_is_no_digit() -> None:
    for frequency in (*tones.DTMF_ROWS, *tones.DTMF_COLUMNS):
        pcm = array("h", [round(8000 * math.sin(frequency * n / 1273.24)) for n in range(3200)])
        assert not _suspects(pcm)


def test_half_a_digit_is_too_short_for_anybody() -> None:
    assert not _suspects(_pair(770, 1336, 20))


def test_progress_tones_silence_and_noise_are_not_suspected() -> None:
    for tone in tones.TONES.values():
        assert not _suspects(tones.Oscillator(tone, rate=8000).read(16_000))
    assert not _suspects(array("h", bytes(32_000)))
    assert not _suspects(_pair(697, 1209, 1, peak=0, noise=3000.0) * 20)


def test_speech_that_resembles_digits_is_mostly_let_through() -> None:
    """The hardest passages of an hour: in each a block of the detector does hit.

    They lie minutes apart, so a suspicion in one is no company to the next.
    """
    pcm = g711.decode_ulaw((VECTORS / "speech_that_resembles_digits.ulaw").read_bytes())
    found = []
    for passage in range(0, len(pcm), PASSAGE):
        watch = DigitWatch()
        heard = pcm[passage : passage + PASSAGE]
        found += [watch.feed(heard[at : at + 160]) for at in range(0, len(heard), 160)]
    assert sum(found) <= 20, f"of {len(found)} frames, and of an hour"


def test_how_the_audio_is_cut_makes_no_difference() -> None:
    pcm = _pair(852, 1477, 60, noise=500.0)
    at, watch, found = 0, DigitWatch(), False
    for size in (1, 7, 33, 160, 51, 102, 320, 5_000):
        found |= watch.feed(pcm[at : at + size])
        at += size
    assert found == _suspects(pcm) is True


def test_digits_are_suspected_sooner_in_the_company_of_another() -> None:
    """A digit with a voice of 300 and 500 Hz beside it, alone and right after a clear one."""
    clear = _pair(697, 1209, 100)
    voiced = array(
        "h",
        [
            x + round(1400 * math.sin(n * 0.2356) + 1400 * math.sin(n * 0.3927 * (1 + n / 9000)))
            for n, x in enumerate(_pair(770, 1336, 30))
        ],
    )
    watch = DigitWatch()
    assert not _suspects(voiced)
    assert watch.feed(clear)
    assert watch.feed(voiced)


@pytest.mark.parametrize("mains", [50, 60])
def test_digits_are_suspected_though_the_mains_hum(mains) -> None:
    for row in tones.DTMF_ROWS:
        for column in tones.DTMF_COLUMNS:
            pcm = _pair(row, column, peak=4000.0)
            for n in range(len(pcm)):
                turn = 2 * math.pi * mains * n / 8000
                pcm[n] += round(900 * math.sin(turn) + 700 * math.sin(3 * turn + 1))
            assert _suspects(pcm), (row, column)
