"""Who answered: people, machines with and without a beep, faxes; made of tones and spoken words."""

from __future__ import annotations

import asyncio
import math
import random
from array import array

import pytest

from ringfence.media.answering import AnswerDetector, Listening, Meter, Verdict, sound_of
from ringfence.media.g711 import decode_ulaw, encode_ulaw
from ringfence.speech.providers import provider

RATE = 8_000
PERSON = "Hello?"
GREETING = (
    "You have reached the office of Example Limited. Nobody can take your call at the moment. "
    "Please leave your name and your number after the tone."
)


def tone(hz: float, milliseconds: int, amplitude: int = 8_000) -> list[int]:
    return [
        int(amplitude * math.sin(2 * math.pi * hz * n / RATE))
        for n in range(milliseconds * RATE // 1000)
    ]


def noise(milliseconds: int, amplitude: int) -> list[int]:
    source = random.Random(1)
    return [source.randint(-amplitude, amplitude) for _ in range(milliseconds * RATE // 1000)]


@pytest.fixture(scope="module")
def spoken() -> dict[str, list[int]]:
    """Sentences as samples, by the speech helper of the exchange."""

    async def speak() -> dict[str, list[int]]:
        voice = provider("espeak", default_voice="en-us")
        try:
            found = {}
            for text in (PERSON, GREETING):
                pcm = await voice.speak(text, voice="", language="en-US", rate=RATE)
                assert pcm is not None
                found[text] = list(array("h", pcm))
            return found
        finally:
            await voice.close()

    return asyncio.run(speak())


def listen(samples: list[int], **how: object) -> tuple[Verdict | None, int]:
    """What is found out, over G.711, and after how long."""
    line = decode_ulaw(encode_ulaw(array("h", samples)))
    meter, detector = Meter(), AnswerDetector(Listening(**how))  # type: ignore[arg-type]
    data = line.tobytes()
    for at in range(0, len(data), 320):
        for frame in meter.feed(data[at : at + 320]):
            if detector.feed(frame) is not None:
                return detector.verdict, detector.heard_ms
    return detector.verdict, detector.heard_ms


def quiet(milliseconds: int) -> list[int]:
    return noise(milliseconds, 30)


def test_a_person_says_something_short_and_waits(spoken: dict[str, list[int]]) -> None:
    verdict, after = listen(quiet(600) + spoken[PERSON] + quiet(4_000))
    assert verdict == "human"
    assert after < 600 + len(spoken[PERSON]) // 8 + 1_300
    assert listen(quiet(600) + spoken[PERSON] + quiet(4_000), to_the_end=True)[0] == "human"


def test_a_machine_speaks_on(spoken: dict[str, list[int]]) -> None:
    verdict, after = listen(quiet(300) + spoken[GREETING])
    assert verdict == "machine_start"
    assert 2_400 <= after <= 4_500


def test_the_end_of_a_greeting_is_its_beep(spoken: dict[str, list[int]]) -> None:
    whole = quiet(300) + spoken[GREETING] + quiet(700) + tone(1_000, 400)
    verdict, after = listen(whole + quiet(3_000), to_the_end=True)
    assert verdict == "machine_end_beep"
    assert 0 <= after - len(whole) // 8 <= 60


def test_a_greeting_without_a_beep_ends_in_silence(spoken: dict[str, list[int]]) -> None:
    whole = quiet(300) + spoken[GREETING] + quiet(6_000)
    assert listen(whole, to_the_end=True)[0] == "machine_end_silence"


def test_a_machine_that_never_ends_is_given_up(spoken: dict[str, list[int]]) -> None:
    whole = (quiet(300) + spoken[GREETING]) * 3
    verdict, after = listen(whole, to_the_end=True, timeout_ms=9_000)
    assert (verdict, after) == ("machine_end_other", 9_000)


@pytest.mark.parametrize("hz", [440, 850, 1_000, 1_400, 2_000])
def test_a_beep_alone_is_a_machine(hz: int) -> None:
    assert listen(quiet(500) + tone(hz, 300) + quiet(500))[0] == "machine_start"
    assert listen(quiet(500) + tone(hz, 300) + quiet(500), to_the_end=True)[0] == (
        "machine_end_beep"
    )


@pytest.mark.parametrize("hz", [1_100, 2_100])
def test_a_fax_is_known_by_its_tone(hz: int) -> None:
    assert listen(quiet(500) + tone(hz, 600))[0] == "fax"


def test_nobody_says_anything() -> None:
    assert listen(quiet(9_000)) == ("unknown", 5_000)
    assert listen(quiet(9_000), silence_ms=2_000) == ("unknown", 2_000)


def test_a_click_is_nobody() -> None:
    assert listen(quiet(1_000) + noise(60, 9_000) + quiet(9_000))[0] == "unknown"


def test_thresholds_move_the_border(spoken: dict[str, list[int]]) -> None:
    short = quiet(300) + spoken[GREETING][: 2 * RATE] + quiet(4_000)
    assert listen(short, speech_ms=1_000)[0] == "machine_start"
    assert listen(short, speech_ms=6_000)[0] == "human"


def test_speech_is_no_tone(spoken: dict[str, list[int]]) -> None:
    samples = array("h", spoken[GREETING])
    kinds = [sound_of(samples[at : at + 160]).sound for at in range(0, len(samples) - 160, 160)]
    assert kinds.count("voice") > 5 * kinds.count("tone")


def test_pieces_of_any_size_are_the_same_frames() -> None:
    data = array("h", tone(1_000, 200)).tobytes()
    whole = Meter().feed(data)
    meter = Meter()
    pieces = [frame for at in range(0, len(data), 70) for frame in meter.feed(data[at : at + 70])]
    assert [f.sound for f in pieces] == [f.sound for f in whole] == ["tone"] * 10
    assert all(abs(frame.hz - 1_000) < 5 for frame in whole)
