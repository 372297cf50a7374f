"""Decoding: every kind of WAV, rates, channels, lengths, and what is not audio."""

import array
import io
import itertools
import math
import random
import struct
import wave
from pathlib import Path

import miniaudio
import pytest

from ringfence.speech.decode_helper import answer, decode
from ringfence.speech.framing import NOT_AUDIO, TOO_LONG

MP3 = Path(__file__).parents[1] / "vectors" / "audio" / "tone-440.mp3"


def wav(rate=8000, seconds=0.5, channels=1, width=2, hertz=440):
    samples = [math.sin(2 * math.pi * hertz * i / rate) * 0.5 for i in range(int(rate * seconds))]
    pack = {
        1: lambda x: struct.pack("B", int(x * 127) + 128),
        2: lambda x: struct.pack("<h", int(x * 32_767)),
        3: lambda x: struct.pack("<i", int(x * 8_388_607))[:3],
    }[width]
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(b"".join(pack(x) * channels for x in samples))
    return file.getvalue()


def hertz(pcm, rate):
    """The frequency by counting the zeros crossed upwards."""
    samples = array.array("h", pcm)
    crossed = sum(a < 0 <= b for a, b in itertools.pairwise(samples))
    return crossed * rate / len(samples)


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("wanted", [8000, 16_000])
def test_rates(rate, wanted):
    pcm = decode(wav(rate), wanted, 10)
    assert abs(len(pcm) // 2 - wanted // 2) <= 4
    assert abs(hertz(pcm, wanted) - 440) < 12


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_channels_and_widths(channels, width):
    pcm = decode(wav(channels=channels, width=width), 8000, 10)
    assert len(pcm) == 8000
    assert abs(hertz(pcm, 8000) - 440) < 12


def test_ulaw_in_a_wav():
    data = bytes([0xFF, 0x80, 0x00] * 100)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 7, 1,
                       8000, 8000, 1, 8, b"data", len(data))  # fmt: skip
    samples = array.array("h", decode(head + data, 8000, 10))
    assert samples[:3].tolist() == [0, 32124, -32124]


def test_mp3():
    pcm = decode(MP3.read_bytes(), 8000, 10)
    assert 3_500 < len(pcm) // 2 < 6_000
    assert abs(hertz(pcm[1000:-1000], 8000) - 440) < 20


def test_lengths():
    assert answer({"rate": 8000, "seconds": 1}, wav(seconds=0.9))[0] == 0
    assert answer({"rate": 8000, "seconds": 1}, wav(seconds=1.2)) == (TOO_LONG, b"")


def test_a_header_that_promises_hours_costs_nothing():
    file = bytearray(wav(seconds=0.1))
    file[40:44] = struct.pack("<I", 0x7FFFFFFF)
    status, pcm = answer({"rate": 8000, "seconds": 10}, bytes(file))
    assert (status, len(pcm)) in {(0, 1600), (NOT_AUDIO, 0)}


@pytest.mark.parametrize(
    "data", [b"", b"<html>no</html>", b"RIFF", b"ID3", b"\0" * 1000, b"\xff" * 50]
)
def test_what_is_not_audio(data):
    assert answer({"rate": 8000, "seconds": 10}, data)[0] in {NOT_AUDIO, 0}
    assert answer({"rate": 8000, "seconds": 10}, data)[1] == b""


def test_damaged_files_are_decoded_or_not():
    """Invariant: damage ends in samples within the bound or in a refusal."""
    rng = random.Random(3)
    for body in (wav(seconds=0.2), wav(channels=2, width=3, seconds=0.1), MP3.read_bytes()):
        for _ in range(60):
            damaged = bytearray(body)
            for _ in range(rng.randint(1, 6)):
                damaged[rng.randrange(min(len(damaged), 200))] = rng.randrange(256)
            status, pcm = answer(
                {"rate": 8000, "seconds": 5}, bytes(damaged[: rng.randint(1, len(body))])
            )
            assert status in {0, NOT_AUDIO, TOO_LONG}
            assert len(pcm) <= 80_000


def test_the_library_raises_what_is_expected_of_it():
    with pytest.raises(miniaudio.DecodeError):
        decode(b"not audio", 8000, 10)
