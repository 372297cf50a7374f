"""Call-progress tones: frequency, level, cadence, and exact samples."""

from __future__ import annotations

import cmath
import hashlib
import math

import pytest

from ringfence.media import tones


def _power(samples, frequency, rate) -> float:
    """Return the amplitude of one frequency in the samples."""
    total = sum(
        sample * cmath.exp(-2j * math.pi * frequency * n / rate) for n, sample in enumerate(samples)
    )
    return 2 * abs(total) / len(samples)


def test_the_sine_table_has_no_value_near_a_tie() -> None:
    """Any libm rounds the table to the same whole numbers."""
    for k, value in enumerate(tones.SINE):
        exact = 32767 * math.sin(2 * math.pi * k / 1024)
        assert abs(abs(exact - value) - 0.5) > 1e-6
    packed = b"".join(value.to_bytes(2, "little", signed=True) for value in tones.SINE)
    assert hashlib.sha256(packed).hexdigest()[:16] == SINE_DIGEST


SINE_DIGEST = "c0074ac685d02073"


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("digit", tones.DIGITS)
def test_a_digit_has_its_two_frequencies(digit, rate) -> None:
    samples = tones.Oscillator(tones.dtmf(digit, 100), rate=rate).read(rate)
    assert len(samples) == rate // 10
    index = tones.DIGITS.index(digit)
    for frequency in tones.DTMF_ROWS + tones.DTMF_COLUMNS:
        wanted = frequency in {tones.DTMF_ROWS[index // 4], tones.DTMF_COLUMNS[index % 4]}
        amplitude = _power(samples, frequency, rate)
        if wanted:
            assert abs(amplitude - tones.DTMF_LEVEL) < 250
        else:
            assert amplitude < 1000


def test_a_cadence_repeats_exactly() -> None:
    busy = tones.Oscillator(tones.TONES["busy"], rate=8000)
    first, second = busy.read(8000), busy.read(8000)
    assert first == second
    assert any(first[:4000])
    assert not any(first[4000:])


def test_the_same_samples_in_whatever_pieces() -> None:
    tone = tones.TONES["unobtainable"]
    whole = tones.Oscillator(tone, rate=8000).read(20_000)
    pieces = tones.Oscillator(tone, rate=8000)
    joined = pieces.read(0)
    size = 1
    while len(joined) < 20_000:
        joined += pieces.read(min(size, 20_000 - len(joined)))
        size = size * 3 % 257 + 1
    assert joined == whole


def test_a_tone_that_does_not_repeat_ends() -> None:
    beep = tones.Oscillator(tones.TONES["beep"], rate=8000)
    assert len(beep.read(10_000)) == 3200
    assert len(beep.read(10)) == 0
    digit = tones.Oscillator(tones.dtmf("5", 50, 50), rate=16_000).read(10_000)
    assert len(digit) == 1600
    assert not any(digit[800:])


@pytest.mark.parametrize("name", sorted(tones.TONES))
def test_no_tone_leaves_sixteen_bits(name) -> None:
    tone = tones.TONES[name]
    for segment in tone.segments:
        assert segment.amplitude * (2 if segment.high_hz else 1) <= 32767
    assert tone.duration_ms == sum(segment.duration_ms for segment in tone.segments)
    assert len(tones.Oscillator(tone, rate=8000).read(tone.duration_ms * 8)) == tone.duration_ms * 8


def test_an_unknown_digit_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError):
        tones.dtmf("X", 100)
