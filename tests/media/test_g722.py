"""G.722 against another implementation, bit for bit, and by what the ear would say.

The expected bytes were made by FFmpeg's encoder and decoder; noise at full scale, a square wave
and random codes drive every saturation and both ends of both scales.
"""

from __future__ import annotations

import hashlib
import math
import sys
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.media import g722

VECTORS = Path(__file__).parents[1] / "vectors" / "media"


def _pcm(name) -> array:
    pcm = array("h", (VECTORS / name).read_bytes())
    if sys.byteorder == "big":
        pcm.byteswap()
    return pcm


def _random(count, state=1) -> array:
    out = array("h")
    for _ in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFF_FFFF
        out.append((state >> 16) - 32768)
    return out


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def test_speech_is_coded_bit_exactly() -> None:
    coded = g722.Encoder().feed(_pcm("g722_speech.s16le"))
    assert coded == (VECTORS / "g722_speech.g722").read_bytes()


def test_speech_is_decoded_bit_exactly() -> None:
    pcm = g722.Decoder().feed((VECTORS / "g722_speech.g722").read_bytes())
    assert pcm == _pcm("g722_speech_decoded.s16le")


@pytest.mark.parametrize(
    ("pcm", "coded", "decoded"),
    [
        (_random(6400), "94f98e7fc9950c8b", "125120ffa6103842"),
        (
            array("h", [32767 if k // 37 % 2 else -32768 for k in range(6400)]),
            "36d9ceddf708d50e",
            "0d4053a38987891a",
        ),
    ],
    ids=["noise", "square"],
)
def test_extremes_are_bit_exact(pcm, coded, decoded) -> None:
    payload = g722.Encoder().feed(pcm)
    assert _digest(payload) == coded
    assert _digest(g722.Decoder().feed(payload).tobytes()) == decoded


def test_random_codes_are_decoded_bit_exactly() -> None:
    codes = bytes(value >> 8 & 255 for value in _random(4000, 7))
    assert _digest(g722.Decoder().feed(codes).tobytes()) == "5ad1dc72c039549e"


def test_frames_of_any_size_give_the_same() -> None:
    pcm = _pcm("g722_speech.s16le")[:3200]
    encoder, decoder = g722.Encoder(), g722.Decoder()
    coded, decoded = b"", array("h")
    at = 0
    for size in (2, 0, 318, 640, 100, 1140, 1000):
        piece = encoder.feed(pcm[at : at + size])
        coded += piece
        decoded += decoder.feed(piece)
        at += size
    assert coded == g722.Encoder().feed(pcm)
    assert decoded == g722.Decoder().feed(coded)


@pytest.mark.parametrize(("hertz", "least"), [(300, 30), (1000, 30), (3000, 28), (6000, 11)])
def test_a_tone_survives(hertz, least) -> None:
    """Signal to noise after the round trip, in dB; the high band has two bits a sample."""
    pcm = array("h", [round(8000 * math.sin(2 * math.pi * hertz * n / 16000)) for n in range(8000)])
    back = g722.Decoder().feed(g722.Encoder().feed(pcm))
    best = -100.0
    for delay in range(20, 25):  # both filters together delay by 22 samples
        noise = sum(
            (a - b) ** 2 for a, b in zip(pcm[1000:7000], back[1000 + delay :], strict=False)
        )
        best = max(best, 10 * math.log10(sum(a * a for a in pcm[1000:7000]) / max(noise, 1)))
    assert best >= least


def test_silence_stays_quiet() -> None:
    back = g722.Decoder().feed(g722.Encoder().feed(array("h", bytes(6400))))
    assert max(map(abs, back[400:])) <= 4


@settings(max_examples=30)
@given(st.binary(max_size=300))
def test_any_bytes_decode(payload) -> None:
    """Two samples per byte, all within 16 bits (array would refuse others)."""
    assert len(g722.Decoder().feed(payload)) == 2 * len(payload)
