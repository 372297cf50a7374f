"""Streams between the media worker and a WebSocket: frames out, samples in, one end each."""

import asyncio
import base64
import json
from typing import Any

import pytest
from switch_bench import Bench

from ringfence.calls import commands
from ringfence.calls.events import StreamEnded
from ringfence.calls.stream import StreamOrder
from ringfence.media.engine import protocol as media
from ringfence.switch import streams
from ringfence.testing.memory import FarSocket

pytestmark = pytest.mark.anyio

URL = "wss://media.example.com/a"
DOCUMENT = (
    f"<Response><Connect><Stream url='{URL}'/></Connect><Play digits='1'/><Pause length='9'/>"
    "</Response>"
)
PAYLOAD = base64.b64encode(b"\x10" * 160).decode()


async def turn() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def begun(bench: Bench, document: str = DOCUMENT, *, there: bool = True) -> str:
    if there:
        bench.sockets.answers.add(URL)
    bench.number("+12025550100", document)
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    return str(bench.wire.last(media.OpenLeg).leg)


def far(bench: Bench) -> FarSocket:
    return bench.sockets.opened[-1]


def heard(bench: Bench) -> list[dict[str, Any]]:
    return [json.loads(text) for text in far(bench).heard]


async def test_frames_go_out_and_samples_come_in(bench: Bench) -> None:
    leg = await begun(bench)
    tap = bench.wire.last(media.StartTap)
    assert (tap.leg, tap.directions, tap.coding) == (leg, ["in"], "PCMU")
    bench.link.heard(media.TapAudio(tap.tap, 0, b"\xff" * 160))
    await turn()
    assert [m["event"] for m in heard(bench)] == ["connected", "start", "media"]
    far(bench).tell(json.dumps({"event": "media", "media": {"payload": PAYLOAD}}))
    await turn()
    fed = bench.wire.last(media.Feed)
    assert (fed.leg, fed.play, len(fed.pcm)) == (leg, f"{tap.tap}.1", 640 + 320)
    far(bench).tell(json.dumps({"event": "mark", "mark": {"name": "m"}}))
    await turn()
    bench.link.heard(media.PlayFinished(leg=leg, play=fed.play, reason="done", played_ms=60))
    far(bench).tell(json.dumps({"event": "clear"}))
    await turn()
    assert heard(bench)[-1]["event"] == "mark"
    assert "StreamStarted" in bench.names()


async def test_keys_are_told(bench: Bench) -> None:
    leg = await begun(bench)
    bench.link.heard(media.DtmfReceived(leg, "5", 100, inband=False))
    await turn()
    assert heard(bench)[-1]["dtmf"]["digit"] == "5"


async def test_the_server_closes_and_the_next_verb_follows(bench: Bench) -> None:
    await begun(bench)
    far(bench).hang_up()
    await turn()
    tap = bench.wire.last(media.StartTap)
    assert bench.wire.last(media.StopTap).tap == tap.tap
    assert bench.wire.sent(media.SendDtmf)
    assert far(bench).closed
    assert "StreamEnded" in bench.names()


async def test_a_goodbye_that_crosses_our_words_is_no_fault(bench: Bench) -> None:
    """The far side has closed its way in; that it said goodbye is read a moment later."""
    await begun(bench)
    tap = bench.wire.last(media.StartTap).tap
    far(bench).closed = True
    bench.link.heard(media.TapAudio(tap, 0, b"\xff" * 160))
    await turn()
    assert "StreamEnded" not in bench.names()
    far(bench).hang_up()
    await turn()
    [ended] = [fact for fact in bench.world.facts if isinstance(fact, StreamEnded)]
    assert ended.reason == "closed"


async def test_nobody_there_is_said_and_the_next_verb_follows(bench: Bench) -> None:
    await begun(bench, there=False)
    assert bench.wire.sent(media.SendDtmf)
    assert not bench.wire.sent(media.StartTap)
    assert "StreamStarted" not in bench.names()
    assert "StreamEnded" in bench.names()


async def test_the_leg_is_gone(bench: Bench) -> None:
    await begun(bench)
    tap = bench.wire.last(media.StartTap).tap
    bench.link.heard(media.TapEnded(tap, "leg_closed", 3))
    await turn()
    assert heard(bench)[-1]["event"] == "stop"
    assert not far(bench).closed, "it may be in the middle of an answer"
    far(bench).hang_up()
    await turn()
    assert far(bench).closed


async def test_a_server_that_does_not_say_goodbye_is_not_waited_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STREAM_LINGER_MS", 1)
    await begun(bench)
    tap = bench.wire.last(media.StartTap).tap
    bench.link.heard(media.TapEnded(tap, "leg_closed", 3))
    async with asyncio.timeout(5):
        while not far(bench).closed:  # noqa: ASYNC110 - a millisecond
            await asyncio.sleep(0.001)


async def test_too_much_nonsense_ends_it(bench: Bench) -> None:
    await begun(bench)
    for _ in range(30):
        far(bench).tell("nonsense")
    await turn()
    assert far(bench).closed
    assert bench.wire.sent(media.SendDtmf)


async def test_a_third_ear_is_deaf_without_a_ruling(bench: Bench) -> None:
    await begun(bench, "<Response><Say loop='0'>Hi</Say></Response>")
    live = next(iter(bench.runner.calls.values()))
    bench.runner.command(live, commands.StartStream(order=StreamOrder(url=URL)))
    await turn()
    assert not bench.sockets.opened
    assert "StreamStarted" not in bench.names()
    assert "StreamEnded" in bench.names()
