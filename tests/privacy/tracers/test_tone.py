"""Invariant: the voice is seen in every form a recording could have, and nothing else is."""

import math
from array import array

import pytest

from ringfence.kernel.entropy import SeededEntropy
from ringfence.media.g711 import encode_alaw, encode_ulaw
from ringfence.media.resample import Upsampler
from ringfence.media.wav import to_little_endian
from ringfence.privacy.tracers.tone import tone, tones

VOICE = tone(200)


def swapped(samples: array) -> bytes:
    other = array("h", samples)
    other.byteswap()
    return other.tobytes()


FORMS = {
    "pcm": to_little_endian(VOICE),
    "pcm, the other order": swapped(VOICE),
    "µ-law": encode_ulaw(VOICE),
    "A-law": encode_alaw(VOICE),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("before", [0, 1, 7, 100])
def test_the_voice_is_seen(form, before):
    noise = SeededEntropy(7).token(before)
    places = list(tones(noise + FORMS[form] + bytes(50)))
    assert len(places) == 1
    assert abs(places[0] - before) <= 32


def test_the_voice_is_seen_at_the_wide_rate():
    wide = Upsampler().feed(VOICE)
    assert list(tones(to_little_endian(wide)))


def test_a_quiet_voice_is_seen():
    assert list(tones(encode_ulaw(tone(100, amplitude=500))))


def test_another_pitch_is_not_the_voice():
    other = array("h", (round(8000 * math.sin(math.tau * 440 * k / 8000)) for k in range(8000)))
    assert not list(tones(other.tobytes()))


@pytest.mark.parametrize(
    "data", [bytes(5000), b"\xff" * 5000, b"ab" * 4000, b"0123456789abcdef" * 400]
)
def test_what_repeats_without_swinging_is_not_the_voice(data):
    assert not list(tones(data))


def test_noise_is_not_the_voice():
    assert not list(tones(SeededEntropy(3).token(100_000)))


def test_each_piece_is_told_once():
    piece = to_little_endian(tone(100))
    assert len(list(tones(piece + bytes(700) + SeededEntropy(1).token(64) + piece))) == 2
