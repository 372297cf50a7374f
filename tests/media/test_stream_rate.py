"""A stream's rate: a tone stays that tone, whole or in pieces, and nothing is added."""

import math
from array import array

import pytest

from ringfence.media.stream_rate import RATES, Lowered, Raised


def tone(hertz, rate, seconds=0.5):
    return array(
        "h",
        (int(9_000 * math.sin(math.tau * hertz * n / rate)) for n in range(int(rate * seconds))),
    )


def level(pcm, hertz, rate):
    turn = math.tau * hertz / rate
    real = sum(x * math.cos(turn * n) for n, x in enumerate(pcm))
    imaginary = sum(x * math.sin(turn * n) for n, x in enumerate(pcm))
    return 2 * math.hypot(real, imaginary) / len(pcm)


@pytest.mark.parametrize("rate", RATES[1:])
@pytest.mark.parametrize("hertz", [300, 1_000, 3_000])
def test_a_tone_stays_what_it_is(rate, hertz):
    up = Raised(rate).feed(tone(hertz, 8_000))
    assert len(up) == rate // 2
    assert level(up[800:], hertz, rate) == pytest.approx(9_000, rel=0.03)
    assert level(up[800:], 8_000 - hertz, rate) < 100  # its mirror image is gone
    down = Lowered(rate).feed(tone(hertz, rate))
    assert len(down) == 4_000
    assert level(down[400:], hertz, 8_000) == pytest.approx(9_000, rel=0.03)


@pytest.mark.parametrize("rate", RATES[1:])
def test_what_a_line_cannot_carry_is_left_out(rate):
    down = Lowered(rate).feed(tone(6_000, rate))
    assert level(down[400:], 2_000, 8_000) < 100


@pytest.mark.parametrize("rate", RATES[1:])
@pytest.mark.parametrize("size", [1, 7, 160, 161])
def test_in_pieces_it_is_the_same(rate, size):
    for made, source in ((Raised, 8_000), (Lowered, rate)):
        pcm = tone(700, source, 0.2)
        whole, pieces, parts = made(rate).feed(pcm), made(rate), array("h")
        for at in range(0, len(pcm), size):
            parts += pieces.feed(pcm[at : at + size])
        assert parts == whole


@pytest.mark.parametrize("rate", RATES[1:])
def test_the_loudest_stays_within_bounds(rate):
    square = array("h", [32_767, -32_768] * 400)
    for made in (Raised, Lowered):
        assert len(made(rate).feed(square))
