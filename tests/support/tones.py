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


def besides(pcm: array[int], hertz: int) -> float:
    """How loud what else there is in some samples is: the root mean square without a tone."""
    power = sum(sample * sample for sample in pcm) / max(len(pcm), 1)
    return math.sqrt(max(power - level(pcm, hertz) ** 2 / 2, 0.0))


async def spoken_to(call: PhoneCall, since: int = 0, *, hertz: int = 500) -> None:
    """Wait until somebody speaks to a telephone that hears nothing else but perhaps a tone.

    ``since``: sample from which on it counts. A third of a second of speech, so that where a tone
    begins or breaks off is none.
    """
    piece = RATE // 20
    async with asyncio.timeout(60):
        while True:
            heard = call.audio.heard[since:]
            pieces = (heard[at : at + piece] for at in range(0, len(heard) - piece, piece))
            if sum(besides(each, hertz) > 300 for each in pieces) >= 6:
                return
            await asyncio.sleep(0.2)
