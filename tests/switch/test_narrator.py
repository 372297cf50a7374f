"""A document read out to legs of a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from switch_bench import Bench

from ringfence.calls.commands import Hangup
from ringfence.kernel.ids import ClipId
from ringfence.markup.context import Source
from ringfence.media.engine import protocol as media
from ringfence.switch.narrator import Narrator

pytestmark = pytest.mark.anyio

URL = "https://x.example/words"


async def turn() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


class Ears:
    """What was played, and what became of it."""

    def __init__(self) -> None:
        self.played: list[tuple[ClipId, ...]] = []
        self.heard: list[Callable[[bool], None]] = []
        self.done: list[bool] = []

    def play(self, clips: tuple[ClipId, ...], loop: int, heard: Callable[[bool], None]) -> None:
        del loop
        self.played.append(clips)
        self.heard.append(heard)


async def narrator(bench: Bench, ears: Ears, document: bytes | None) -> Narrator:
    if document is not None:
        bench.world.documents[URL] = document
    bench.number("+12025550100", "<Response><Pause length='60'/></Response>")
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    (live,) = bench.runner.calls.values()
    made = Narrator(
        bench.runner.tenant.host, bench.clock, live, Source(url=URL), ears.play, ears.done.append
    )
    made.begin()
    await turn()
    return made


async def test_it_is_heard_once(bench: Bench) -> None:
    ears = Ears()
    await narrator(bench, ears, b"<Response><Say>a</Say><Say>b</Say></Response>")
    assert ears.done == []
    while ears.heard:
        ears.heard.pop(0)(True)
    assert len(ears.played) == 2
    assert ears.done == [True]


async def test_a_document_that_is_not_there(bench: Bench) -> None:
    ears = Ears()
    await narrator(bench, ears, None)
    assert ears.done == [False]
    assert ears.played == []


async def test_who_stops_hears_no_more(bench: Bench) -> None:
    ears = Ears()
    made = await narrator(bench, ears, b"<Response><Say>a</Say><Pause/><Say>b</Say></Response>")
    made.stop()
    ears.heard[0](False)
    assert len(ears.played) == 1
    assert ears.done == []


async def test_a_pause_between_words(bench: Bench) -> None:
    ears = Ears()
    document = b"<Response><Say>a</Say><Pause length='1'/><Say>b</Say></Response>"
    made = await narrator(bench, ears, document)
    ears.heard[0](True)
    assert len(ears.played) == 1
    bench.clock.advance(1_000)
    made._fire()
    assert len(ears.played) == 2


async def test_nothing_of_it_reaches_the_call(bench: Bench) -> None:
    ears = Ears()
    await narrator(bench, ears, b"<Response><Say>a</Say></Response>")
    assert bench.wire.sent(media.Play) == []


async def test_it_goes_on_for_another_call_with_what_it_was_given(bench: Bench) -> None:
    ears = Ears()
    host = bench.runner.tenant.host
    made = await narrator(bench, ears, b"<Response><Say>a</Say><Play>https://x.example/t</Play>"
                          b"<Say>b</Say></Response>")  # fmt: skip
    (first,) = bench.runner.calls.values()
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    (other,) = (live for live in bench.runner.calls.values() if live is not first)
    assert made.move(other)
    bench.runner.command(first, Hangup())
    bench.close_legs()
    await turn()
    while ears.heard:
        ears.heard.pop(0)(True)
        await turn()
    assert ears.done == [True]
    assert host.forget(first.id) == []
    made.stop()
    assert not made.move(other), "it is over"
