"""One utterance after the other to something slow, and what comes of it."""

import asyncio
import math
from array import array

import pytest

from ringfence.calls.hearing import Wish
from ringfence.kernel.errors import RemoteError
from ringfence.speech.by_utterance import listen

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


def tone(ms):
    return array("h", (int(8000 * math.sin(n / 3)) for n in range(8 * ms))).tobytes()


SILENCE = bytes(16_000)


async def line(*pieces):
    for piece in pieces:
        for at in range(0, len(piece), 320):
            yield piece[at : at + 320]
            await asyncio.sleep(0)


async def heard(wish, understand, *pieces):
    return [one async for one in listen(line(*pieces), wish, understand)]


async def test_utterances_are_understood_in_order_with_their_places():
    async def understand(pcm, wish):
        await asyncio.sleep(0)
        return f"{len(pcm) // 16} ms", 0.7

    found = await heard(Wish(), understand, SILENCE, tone(400), SILENCE, tone(600), SILENCE)
    finals = [one for one in found if one.final]
    assert [(one.text, one.at_ms) for one in finals] == [("1280 ms", 820), ("1480 ms", 2220)]
    assert {one.text for one in found if not one.final} == {""}


async def test_while_somebody_speaks_that_is_said_and_with_a_wish_what():
    async def understand(pcm, wish):
        return f"{len(pcm) // 16} ms", 0.7

    speech = (SILENCE, tone(2300), SILENCE)
    plain = await heard(Wish(), understand, *speech)
    assert [one.text for one in plain] == ["", "", "", "3180 ms"]
    partial = await heard(Wish(partial=True), understand, *speech)
    assert partial[-1].text == "3180 ms"
    assert {one.text for one in partial[:-1]} <= {"", "1000 ms", "2000 ms", "3000 ms"}
    assert any(one.text for one in partial[:-1])


async def test_what_fails_is_raised_and_nobody_listens_on():
    async def understand(pcm, wish):
        raise RemoteError("no", hint=503)

    before = asyncio.all_tasks()
    with pytest.raises(RemoteError):
        await heard(Wish(), understand, SILENCE, tone(400), SILENCE)
    assert asyncio.all_tasks() == before


async def test_a_line_that_breaks_is_raised():
    async def broken():
        yield tone(400)
        raise OSError

    async def understand(pcm, wish):
        return "", 0.0

    with pytest.raises(OSError):
        async for _ in listen(broken(), Wish(), understand):
            pass
