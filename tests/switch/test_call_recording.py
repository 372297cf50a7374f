"""A whole call is recorded from outside its program, as the law lets it."""

import asyncio

import pytest
from switch_bench import PEER, Bench

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.markup.telling import RECORDING_STEPS, RecordingCallback
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.message import Response
from ringfence.switch.call_recording import RecordingWish, record_call
from ringfence.switch.live import LiveCall

pytestmark = pytest.mark.anyio

ANSWER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.60\r\ns=-\r\nc=IN IP4 192.0.2.60\r\nt=0 0\r\n"
    b"m=audio 31000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)


async def turn() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


WAIT = "<Response><Say>Hi</Say><Pause length='60'/></Response>"


async def waiting(bench: Bench, document: str = WAIT) -> LiveCall:
    bench.number("+12025550100", document)
    bench.invite("+12025550100", extra="P-Asserted-Identity: <sip:+447700900123@192.0.2.50>\r\n")
    bench.open_ports()
    await turn()
    (live,) = bench.runner.calls.values()
    return live


def heard(bench: Bench) -> None:
    play = bench.wire.last(media.Play)
    bench.link.heard(media.PlayFinished(leg=play.leg, play=play.play, reason="done", played_ms=9))


async def test_the_caller_hears_of_it_before_the_first_frame(bench: Bench) -> None:
    live = await waiting(bench)
    callback = RecordingCallback(url="https://example.com/r", steps=RECORDING_STEPS)
    recording = await record_call(bench.runner, live, RecordingWish(callback=callback))
    assert not bench.wire.sent(media.StartRecording)
    heard(bench)
    start = bench.wire.last(media.StartRecording)
    assert start.recording == recording
    assert [channel.direction for channel in start.channels] == ["in", "out"]
    bench.link.heard(media.RecordingStarted(recording=recording))
    told = [dict(one.params)["RecordingStatus"] for one in bench.world.callbacks]
    assert told == ["in-progress"]
    (pledge,) = bench.world.pledges
    assert (pledge.outcome, pledge.pledged) == (recording, ("completed", "absent"))
    names = bench.names()
    assert names.index("RecordingRuled") < names.index("RecordingTold")
    with pytest.raises(Refused, match="call_not_in_progress"):
        await record_call(bench.runner, live, RecordingWish())


async def test_who_said_no_is_not_recorded(bench: Bench) -> None:
    live = await waiting(bench)
    offered = bench.world.facts[0]
    bench.world.consents[offered.caller] = "refused"  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="recording_not_permitted"):
        await record_call(bench.runner, live, RecordingWish())
    assert not bench.wire.sent(media.StartRecording)


async def test_a_call_that_is_over_is_not_recorded(bench: Bench) -> None:
    live = await waiting(bench, "<Response><Hangup/></Response>")
    with pytest.raises(Refused, match="call_not_in_progress"):
        await record_call(bench.runner, live, RecordingWish())


async def test_both_sides_of_a_dial_hear_of_it(bench: Bench) -> None:
    live = await waiting(bench, "<Response><Dial>+447700900177</Dial></Response>")
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(
        wire.Answered(leg=invite.leg, peer=PEER, response=Response(200), body=ANSWER)
    )
    await turn()
    before = len(bench.wire.sent(media.Play))
    await record_call(bench.runner, live, RecordingWish())
    plays = bench.wire.sent(media.Play)[before:]
    assert len({play.leg for play in plays}) == 2
    for play in plays:
        assert not bench.wire.sent(media.StartRecording)
        bench.link.heard(
            media.PlayFinished(leg=play.leg, play=play.play, reason="done", played_ms=9)
        )
    assert bench.wire.sent(media.StartRecording)


# --- in a room ------------------------------------------------------------------------------------

FREE, BRITON, GERMAN = "+12025550124", "+447700900123", "+4930231250"
ROOM = "<Response><Dial><Conference beep='false'>team</Conference></Dial></Response>"


async def enter(bench: Bench, caller: str) -> tuple[LiveCall, str]:
    """Somebody calls and is in the room; their call and leg."""
    count = len(bench.wire.sent(media.OpenLeg))
    number = f"+1202555{100 + count:04d}"
    bench.number(number, ROOM)
    extra = f"P-Asserted-Identity: <sip:{caller}@192.0.2.50>\r\n"
    bench.invite(number, key=f"in-{count}", extra=extra)
    bench.open_ports()
    await turn()
    await turn()
    return [*bench.runner.calls.values()][-1], str(bench.wire.last(media.OpenLeg).leg)


def agreed(bench: Bench, *numbers: str) -> None:
    for number in numbers:
        party = bench.world.resolve(Phone(number), bench.clock.now())
        bench.world.consents[party] = "given"


def plays_to(bench: Bench, leg: str) -> list[media.Play]:
    """What a leg hears once, music apart."""
    return [play for play in bench.wire.sent(media.Play) if play.leg == leg and play.loop != 0]


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize(("key", "begins"), [("1", True), ("2", False)])
async def test_everybody_in_the_room_is_ruled_on(bench: Bench, key: str, begins: bool) -> None:
    agreed(bench, FREE)
    live, _ = await enter(bench, FREE)
    _, briton = await enter(bench, BRITON)
    _, german = await enter(bench, GERMAN)
    await record_call(bench.runner, live, RecordingWish())
    await turn()
    (one,), (asked,) = plays_to(bench, briton), plays_to(bench, german)
    bench.link.heard(media.DtmfReceived(one.leg, "1", 100, False))  # the strictest binds all
    await turn()
    assert not bench.wire.sent(media.StartRecording), "one of them has not answered"
    bench.link.heard(media.DtmfReceived(asked.leg, key, 100, False))
    await turn()
    assert bool(bench.wire.sent(media.StartRecording)) is begins


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("key", ["1", "2"])
async def test_who_comes_into_the_room_is_asked_while_nothing_is_kept(
    bench: Bench, key: str
) -> None:
    agreed(bench, FREE)
    live, _ = await enter(bench, FREE)
    recording = await record_call(bench.runner, live, RecordingWish())
    bench.link.heard(media.RecordingStarted(recording=recording))
    _, german = await enter(bench, GERMAN)
    sent = [type(one) for one in bench.wire.media]
    mixed = max(n for n, kind in enumerate(sent) if kind is media.JoinConference)
    assert sent.index(media.PauseRecording) < mixed, "it rests before they are heard"
    (asked,) = plays_to(bench, german)
    bench.link.heard(media.DtmfReceived(asked.leg, key, 100, False))
    await turn()
    assert bool(bench.wire.sent(media.ResumeRecording)) is (key == "1")
    assert bool(bench.wire.sent(media.StopRecording)) is (key == "2")


@pytest.mark.promise("TEL-07")
async def test_who_has_refused_ends_it_by_coming(bench: Bench) -> None:
    agreed(bench, FREE)
    live, _ = await enter(bench, FREE)
    recording = await record_call(bench.runner, live, RecordingWish())
    bench.link.heard(media.RecordingStarted(recording=recording))
    party = bench.world.resolve(Phone(BRITON), bench.clock.now())
    bench.world.consents[party] = "refused"
    await enter(bench, BRITON)
    assert bench.wire.sent(media.StopRecording)
    assert not bench.wire.sent(media.ResumeRecording)


async def test_who_need_not_know_lets_it_go_on(bench: Bench) -> None:
    agreed(bench, FREE, BRITON)
    live, _ = await enter(bench, FREE)
    recording = await record_call(bench.runner, live, RecordingWish())
    bench.link.heard(media.RecordingStarted(recording=recording))
    _, briton = await enter(bench, BRITON)
    assert bench.wire.sent(media.ResumeRecording)
    assert not plays_to(bench, briton)
