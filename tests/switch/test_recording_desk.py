"""What becomes of a recording that cannot begin, or whose worker dies."""

import asyncio
from collections.abc import Callable
from typing import get_args

import pytest
from switch_bench import Bench

from ringfence.calls import effects
from ringfence.calls.commands import GuardDigits
from ringfence.kernel.limits import SECRET_QUIET_MS
from ringfence.media.engine import protocol as media
from ringfence.sip import events as wire

pytestmark = pytest.mark.anyio

KEY = wire.LegKey("in-1")


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def begun(bench: Bench, document: str) -> str:
    bench.number("+12025550100", document)
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    return str(bench.wire.last(media.OpenLeg).leg)


async def test_a_recording_that_never_began_is_a_fact_and_the_call_goes_on(bench: Bench) -> None:
    await begun(bench, "<Response><Record/><Say>Sorry</Say></Response>")
    start = bench.wire.last(media.StartRecording)
    assert type(start.max_ms) is int
    bench.link.heard(media.RecordingFailed(recording=start.recording, reason="disk_full"))
    await turn()
    failed = [f for f in bench.world.facts if f.name() == "RecordingFailed"]
    assert [f.reason for f in failed] == ["disk_full"]  # type: ignore[attr-defined]


async def test_a_recording_that_never_began_leaves_nothing(bench: Bench) -> None:
    await begun(bench, "<Response><Record/></Response>")
    started = bench.wire.last(media.StartRecording)
    bench.link.heard(media.RecordingFailed(recording=started.recording, reason="disk_full"))
    await turn()
    assert bench.world.kept == [(started.recording, False)]
    assert "RecordingFailed" in bench.names()


async def test_a_worker_that_dies_before_it_made_a_file_leaves_no_recording(
    bench: Bench,
) -> None:
    await begun(bench, "<Response><Record/></Response>")
    started = bench.wire.last(media.StartRecording)
    bench.link.lost()
    await until(lambda: "RecordingFailed" in bench.names())
    assert bench.world.kept == [(started.recording, False)]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.to_thread(lambda: None)


async def test_a_recording_holds_noise_while_a_card_is_keyed_in_and_goes_on(bench: Bench) -> None:
    await begun(bench, "<Response><Start><Recording/></Start><Pause length='9'/></Response>")
    started = bench.wire.last(media.StartRecording)
    bench.link.heard(media.RecordingStarted(recording=started.recording))
    await turn()
    (live,) = bench.runner.calls.values()
    for on in (True, False):
        bench.runner.command(live, GuardDigits(why="verb", on=on))
        bench.clock.advance(SECRET_QUIET_MS)
        bench.runner._fire(live)
        assert bench.wire.last(media.RedactDigits) == media.RedactDigits(started.recording, on)
    assert not bench.wire.sent(media.StopRecording)


async def test_whatever_a_call_wants_done_somebody_does(bench: Bench) -> None:
    runner = bench.runner
    done = {kind.__name__ for kind in (*runner._perform, *runner.tenant.performs)}
    assert {kind.__name__ for kind in get_args(effects.Effect)} - done == set()
