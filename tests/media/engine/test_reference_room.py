"""The running sum of a room equals the sum of what its members contribute."""

from __future__ import annotations

import math
import random
from array import array

from media_twin import Exchange

from ringfence.media import g711
from ringfence.media.engine import protocol as p
from ringfence.media.engine.reference_play import SILENCE
from ringfence.media.engine.reference_room import Room
from ringfence.media.mixer import minus, total


def wave(hertz: int) -> array[int]:
    return array("h", [round(6000 * math.sin(math.tau * hertz * n / 8000)) for n in range(16_000)])


def level(pcm: array[int], hertz: int) -> float:
    re = sum(x * math.cos(math.tau * hertz * n / 8000) for n, x in enumerate(pcm))
    im = sum(x * math.sin(math.tau * hertz * n / 8000) for n, x in enumerate(pcm))
    return math.hypot(re, im) * 2 / len(pcm)


def test_the_running_sum_is_the_sum() -> None:
    rng = random.Random(1)
    room = Room("r", rate=8000)
    frames = dict.fromkeys("abc", SILENCE[8000])
    for _ in range(50):
        name = rng.choice("abc")
        fresh = rng.choice(
            [SILENCE[8000], array("h", [rng.randrange(-32768, 32768) for _ in range(160)])]
        )
        room.replace(frames[name], fresh)
        frames[name] = fresh
        for own in frames.values():
            assert room.minus(own) == minus(total(list(frames.values())), own)


def test_an_empty_room_is_silent() -> None:
    room = Room("r", rate=16_000)
    assert room.minus(SILENCE[16_000]) == SILENCE[16_000]
    loud = array("h", [30_000] * 320)
    room.replace(SILENCE[16_000], loud)
    room.replace(loud, SILENCE[16_000])
    assert room.minus(SILENCE[16_000]) == SILENCE[16_000]


def test_who_whispers_is_heard_by_one() -> None:
    exchange = Exchange()
    pitches = {"A": 500, "B": 900, "C": 1700}
    for name, hertz in pitches.items():
        exchange.leg(name, voice=g711.encode_ulaw(wave(hertz)))
        exchange.do(p.JoinConference("R", name))

    def heard(name: str, hertz: int) -> bool:
        return level(g711.decode_ulaw(exchange.phones[name].heard)[-1600:], hertz) > 5000

    exchange.do(p.Whisper("C", "B"))
    exchange.run(500)
    assert heard("B", 1700)
    assert not heard("A", 1700)
    assert heard("C", 500)
    assert heard("C", 900)
    assert not heard("C", 1700)
    exchange.do(p.Whisper("C", "C"))
    exchange.run(500)
    assert not heard("B", 1700)
    exchange.do(p.Whisper("C", None))
    exchange.run(500)
    assert heard("A", 1700)
    assert heard("B", 1700)
    exchange.do(p.Whisper("C", "B"))
    exchange.do(p.LeaveConference("R", "B"))
    exchange.run(500)
    assert not heard("A", 1700), "what was said to one is not said to all when they leave"
