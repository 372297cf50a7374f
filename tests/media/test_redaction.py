"""The look-ahead line: no trace of a digit leaves it, and nothing else is lost."""

from __future__ import annotations

import math
from array import array

import pytest

from ringfence.media import g711, tones
from ringfence.media.redaction import AFTER, BACK, LINE, Redactor
from ringfence.media.resample import convert
from ringfence.media.tones import DTMF_COLUMNS, DTMF_ROWS

RATES = pytest.mark.parametrize("rate", [8000, 16000])


def _voice(frames, rate, seed=0) -> list[array]:
    size = rate // 50
    return [
        array(
            "h",
            [
                round(4000 * math.sin(2 * math.pi * 233 * (n + seed) / rate))
                for n in range(k * size, (k + 1) * size)
            ],
        )
        for k in range(frames)
    ]


def _digit(digit, rate, milliseconds) -> array:
    return tones.Oscillator(tones.dtmf(digit, milliseconds), rate=rate).read(rate)


def _through(line, frames, pressed=frozenset()) -> list[array]:
    out = []
    for number, frame in enumerate(frames):
        leaving = line.push(frame, pressed=number in pressed)
        if leaving is not None:
            out.append(leaving)
    return out + line.drain()


def _tone_energy(pcm, rate) -> float:
    """Largest share of full scale any DTMF frequency has in a stretch of 10 ms."""
    most, size = 0.0, rate // 100
    for at in range(0, len(pcm) - size, size // 2):
        piece = pcm[at : at + size]
        for f in DTMF_ROWS + DTMF_COLUMNS:
            re = sum(x * math.cos(2 * math.pi * f * n / rate) for n, x in enumerate(piece))
            im = sum(x * math.sin(2 * math.pi * f * n / rate) for n, x in enumerate(piece))
            most = max(most, math.hypot(re, im) * 2 / size)
    return most


@RATES
def test_without_digits_it_is_only_a_delay(rate) -> None:
    frames = _voice(30, rate)
    line = Redactor(rate=rate)
    line.switch(on=True)
    assert [line.push(frame, pressed=False) for frame in frames[:LINE]] == [None] * LINE
    assert _through(line, frames[LINE:]) == frames


@RATES
@pytest.mark.parametrize("offset", [0, 0.3, 0.7, 0.95])
@pytest.mark.parametrize("digit", "159D")
def test_no_trace_of_a_sounded_digit_is_left(rate, digit, offset) -> None:
    """Wherever in a frame a tone begins, nothing of it leaves: neither beginning nor end."""
    size = rate // 50
    tone = _digit(digit, rate, 80)
    pcm = array("h", bytes(2 * (20 * size + round(offset * size)))) + tone
    pcm += array("h", bytes(2 * (40 * size - len(pcm))))
    line = Redactor(rate=rate)
    line.switch(on=True)
    out = array("h")
    for frame in _through(line, [pcm[at : at + size] for at in range(0, 40 * size, size)]):
        out += frame
    assert len(out) == len(pcm)
    assert _tone_energy(pcm, rate) > 7000
    assert _tone_energy(out, rate) < 260, "the noise itself has a peak of 256"


@RATES
def test_a_pressed_digit_takes_200_ms_before_and_after_with_it(rate) -> None:
    frames = _voice(60, rate)
    line = Redactor(rate=rate)
    line.switch(on=True)
    out = _through(line, frames, pressed={30, 31, 32})
    kept = [number for number, frame in enumerate(frames) if out[number] == frame]
    assert kept == [*range(20), *range(43, 60)]


def test_without_redaction_digits_pass() -> None:
    frames = _voice(30, 8000)
    assert _through(Redactor(rate=8000), frames, pressed={15}) == frames


def test_switched_off_the_tail_runs_on() -> None:
    frames = _voice(60, 8000)
    line = Redactor(rate=8000)
    line.switch(on=True)
    out = []
    for number, frame in enumerate(frames):
        if number == 31:
            line.switch(on=False)
        leaving = line.push(frame, pressed=number == 30)
        out += [leaving] if leaving is not None else []
    out += line.drain()
    assert [n for n in range(60) if out[n] == frames[n]] == [*range(20), *range(41, 60)]


def test_switching_on_twice_keeps_the_detector() -> None:
    """A second command in the middle of a digit must not make the detector forget it."""
    tone = _digit("5", 8000, 100)
    pcm = array("h", bytes(2 * 160 * 12)) + tone + array("h", bytes(2 * 160 * 30))
    frames = [pcm[at : at + 160] for at in range(0, len(pcm) - 159, 160)]
    once, twice = Redactor(rate=8000), Redactor(rate=8000)
    once.switch(on=True)
    found = []
    for frame in frames:
        twice.switch(on=True)
        leaving = twice.push(frame, pressed=False)
        found += [leaving] if leaving is not None else []
    assert found + twice.drain() == _through(once, frames)


def test_noise_is_the_generator_of_the_docstring() -> None:
    line = Redactor(rate=8000)
    line.switch(on=True)
    noises = _through(line, [array("h", bytes(320)) for _ in range(3)], pressed={0})
    for number, frame in enumerate(noises):
        x = (number + 1) * 2654435761 % 2**32
        x = (x ^ x >> 15) * 2246822519 % 2**32
        for sample in frame:
            x = (x * 1664525 + 1013904223) % 2**32
            signed = x - 2**32 if x >= 2**31 else x
            assert sample == signed >> 23
        assert min(frame) >= -256
        assert max(frame) <= 255


def test_what_is_pressed_takes_what_a_suspicion_left() -> None:
    """A tone that is heard takes 120 ms with it; told of it then, all that still waits goes."""
    tone = _digit("5", 8000, 60)
    pcm = array("h", bytes(2 * 160 * 20)) + tone + array("h", bytes(2 * 160 * 30))
    frames = [pcm[at : at + 160] for at in range(0, len(pcm) - 159, 160)]
    for pressed, least in ((frozenset(), BACK), (frozenset({23}), LINE)):
        line = Redactor(rate=8000)
        line.switch(on=True)
        out = _through(line, frames, pressed)
        first = min(number for number, frame in enumerate(frames) if out[number] != frame)
        assert 20 <= first + least <= 23


def test_digits_in_speech_through_a_codec() -> None:
    """A digit over a voice, through µ-law: the digit is gone, and so is the voice around it."""
    voice = array("h")
    for frame in _voice(50, 8000):
        voice += frame
    tone = _digit("7", 8000, 100)
    mixed = voice[:]
    for n, x in enumerate(tone):
        mixed[4000 + n] = max(-32768, min(32767, x + voice[4000 + n] // 8))
    heard = g711.decode_ulaw(g711.encode_ulaw(mixed))
    line = Redactor(rate=8000)
    line.switch(on=True)
    out = array("h")
    for frame in _through(line, [heard[at : at + 160] for at in range(0, 8000, 160)]):
        out += frame
    assert max(map(abs, out[3900:5000])) <= 256
    assert out[:1600] == heard[:1600]


def test_wide_and_narrow_see_the_same_digit() -> None:
    tone = array("h", bytes(6400)) + _digit("3", 8000, 60) + array("h", bytes(6400))
    wide = convert(tone, 8000, 16000)
    line = Redactor(rate=16000)
    line.switch(on=True)
    frames = [wide[at : at + 320] for at in range(0, len(wide) - 319, 320)]
    out = _through(line, frames)
    assert sum(out[k] != frames[k] for k in range(len(out))) >= BACK + AFTER
