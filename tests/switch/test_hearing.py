"""A leg's words: frames to the recogniser, results to the call, and an end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from switch_bench import Bench

from ringfence.calls.hearing import Wish
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import HEARING_FRAMES
from ringfence.kernel.phone import Phone
from ringfence.media.engine import protocol as media
from ringfence.speech.providers import Heard
from ringfence.switch.hearing import Ear

pytestmark = pytest.mark.anyio

DOCUMENT = "<Response><Gather input='speech' language='en'/><Play digits='1'/></Response>"


class Counter:
    """Understands how many frames there were; five of them are an utterance."""

    def __init__(self) -> None:
        self.wishes: list[Wish] = []
        self.broken = False

    async def listen(self, audio: AsyncIterator[bytes], wish: Wish) -> AsyncIterator[Heard]:
        self.wishes.append(wish)
        count = 0
        async for _ in audio:
            count += 1
            if self.broken:
                raise ValueError
            yield Heard(f"{count} frames", 0.75, final=count == 5)


async def turn() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def begun(bench: Bench, recogniser: Counter | None) -> None:
    bench.hearing.recogniser = recogniser
    bench.number("+12025550100", DOCUMENT)
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()


async def test_frames_become_words(bench: Bench) -> None:
    counter = Counter()
    await begun(bench, counter)
    tap = bench.wire.last(media.StartTap)
    assert (tap.directions, tap.coding) == (["in"], "s16")
    assert counter.wishes[0].language == "en"
    for _ in range(3):
        bench.link.heard(media.TapAudio(tap.tap, 0, bytes(320)))
    await turn()
    bench.link.heard(media.TapEnded(tap.tap, "leg_closed"))
    await turn()
    assert bench.wire.sent(media.StopTap) == []


async def test_where_nobody_can_listen_the_next_verb_follows(bench: Bench) -> None:
    await begun(bench, None)
    assert bench.wire.sent(media.StartTap) == []
    assert bench.wire.sent(media.SendDtmf)


async def test_a_recogniser_that_breaks_is_no_reason_to_hang_up(bench: Bench) -> None:
    counter = Counter()
    counter.broken = True
    await begun(bench, counter)
    bench.link.heard(media.TapAudio(bench.wire.last(media.StartTap).tap, 0, bytes(320)))
    await turn()
    assert bench.wire.sent(media.StopTap)
    assert bench.wire.sent(media.SendDtmf)


async def test_a_slow_recogniser_loses_the_oldest() -> None:
    ear = Ear("t", None, None, None, Wish())  # type: ignore[arg-type]
    for number in range(HEARING_FRAMES + 2):
        ear.put(number.to_bytes(2, "big"))
    ear.put(None)
    frames = [frame async for frame in ear.frames()]
    assert ear.dropped == 3
    assert frames[0] == (3).to_bytes(2, "big")


def caller(bench: Bench) -> PartyId:
    return bench.world.resolve(Phone("+12025550123"), bench.clock.now())


async def test_who_said_no_is_not_listened_to(bench: Bench) -> None:
    bench.world.written[caller(bench)] = "refused"
    await begun(bench, Counter())
    assert bench.wire.sent(media.StartTap) == []
    assert bench.wire.sent(media.SendDtmf)


async def test_a_consent_taken_back_ends_it_within_a_second(bench: Bench) -> None:
    counter = Counter()
    await begun(bench, counter)
    bench.world.written[caller(bench)] = "refused"
    tap = bench.wire.last(media.StartTap).tap
    for _ in range(52):
        bench.link.heard(media.TapAudio(tap, 0, bytes(320)))
        bench.clock.advance(20)
    await turn()
    assert bench.wire.sent(media.StopTap)
    assert bench.wire.sent(media.SendDtmf)
