"""Which tones a test phone hears at the moment."""

from __future__ import annotations

import asyncio
import math
from array import array
from collections.abc import Callable

from ringfence.testing.phone_call import PhoneCall

RATE = 8_000


def level(pcm: array[int], hertz: int) -> float:
    """How loud a tone is in some samples (Goertzel)."""
    turn = 2 * math.cos(math.tau * hertz / RATE)
    a = b = 0.0
    for sample in pcm:
        a, b = sample + turn * a - b, a
    return math.sqrt(max(a * a + b * b - turn * a * b, 0.0)) * 2 / max(len(pcm), 1)


def hears(call: PhoneCall, hertz: int) -> bool:
    """Whether the last fifth of a second of what is heard has a tone in it."""
    return level(call.audio.heard[-RATE // 5 :], hertz) > 500


async def until(true: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def tone(seconds: float, hertz: int) -> array[int]:
    """A tone, to be said by a test phone."""
    count = int(RATE * seconds)
    return array("h", (int(9000 * math.sin(math.tau * hertz * n / RATE)) for n in range(count)))
