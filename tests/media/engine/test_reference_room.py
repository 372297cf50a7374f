"""The running sum of a room equals the sum of what its members contribute."""

from __future__ import annotations

import random
from array import array

from ringfence.media.engine.reference_play import SILENCE
from ringfence.media.engine.reference_room import Room
from ringfence.media.mixer import minus, total


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
