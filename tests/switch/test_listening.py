"""Who answers a call of ours is heard on a tap of its line."""

import asyncio
import math
from array import array

import pytest
from switch_bench import PEER, Bench

from ringfence.calls.words import ListenWhen
from ringfence.markup.context import Source
from ringfence.media.answering import Listening
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.message import Response
from ringfence.switch.outgoing import Outgoing, Wishes
from ringfence.switch.tolls import Tolls

pytestmark = pytest.mark.anyio

ANSWER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.60\r\ns=-\r\nc=IN IP4 192.0.2.60\r\nt=0 0\r\n"
    b"m=audio 31000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
HELLO = Source(url="https://example.com/voice")


async def turn() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def answered(bench: Bench, listen: ListenWhen, **more: object) -> media.StartTap:
    bench.world.documents[HELLO.url] = b"<Response><Say>Hello</Say></Response>"
    out = Outgoing(bench.runner, programs=bench.programs, tolls=Tolls(bench.clock))
    wishes = Wishes(
        listen=listen, listening=Listening(to_the_end=True),
        listened=("https://example.com/who", "POST"), **more,  # type: ignore[arg-type]
    )  # fmt: skip
    out.place("sip:bob@example.com", source=HELLO, wishes=wishes)
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(
        wire.Answered(leg=invite.leg, peer=PEER, response=Response(200), body=ANSWER)
    )
    await turn()
    tap: media.StartTap = bench.wire.last(media.StartTap)
    return tap


def say(bench: Bench, tap: media.StartTap, milliseconds: int, amplitude: int) -> None:
    """Frames of a tone of 1000 Hz, or of silence."""
    samples = [int(amplitude * math.sin(2 * math.pi * n / 8)) for n in range(160)]
    data = array("h", samples).tobytes()
    for _ in range(milliseconds // 20):
        bench.link.heard(media.TapAudio(tap=tap.tap, channel=0, data=data))


async def test_the_program_waits_until_it_is_known(bench: Bench) -> None:
    tap = await answered(bench, "first")
    assert (tap.directions, tap.coding) == (["in"], "s16")
    say(bench, tap, 400, 9_000)
    assert not bench.world.spoken
    say(bench, tap, 40, 0)
    await turn()
    assert bench.wire.last(media.StopTap).tap == tap.tap
    assert bench.world.spoken == ["Hello"]
    (live,) = bench.runner.calls.values()
    assert live.program is not None
    assert ("AnsweredBy", "machine_end_beep") in live.program._params()
    (told,) = bench.world.callbacks
    assert dict(told.params)["AnsweredBy"] == "machine_end_beep"
    assert "AnswererDetected" in bench.names()
    assert "CallAnsweredByPerson" not in bench.names()
    say(bench, tap, 400, 9_000)  # what was on its way still


async def test_beside_the_program_it_is_told_to_a_server_alone(bench: Bench) -> None:
    tap = await answered(bench, "beside")
    assert bench.world.spoken == ["Hello"]
    say(bench, tap, 5_000, 0)
    (told,) = bench.world.callbacks
    assert dict(told.params)["AnsweredBy"] == "unknown"
    assert int(dict(told.params)["MachineDetectionDuration"]) == 5_000
    assert "CallAnsweredByPerson" in bench.names()


async def test_keys_come_before_listening(bench: Bench) -> None:
    bench.wire.media.clear()
    with pytest.raises(IndexError):
        await answered(bench, "first", digits="1")
    sent = bench.wire.last(media.SendDtmf)
    bench.runner.media_notice(media.DtmfSent(leg=sent.leg))
    assert bench.wire.sent(media.StartTap)


async def test_a_tap_that_fails_is_an_unknown_answerer(bench: Bench) -> None:
    tap = await answered(bench, "first")
    bench.link.heard(media.TapEnded(tap=tap.tap, reason="failed"))
    await turn()
    assert bench.world.spoken == ["Hello"]
