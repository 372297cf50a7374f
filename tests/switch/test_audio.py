"""What calls want heard and kept, as the media worker is told."""

import asyncio

import pytest
from logged import listen
from switch_bench import STATS, Bench

from ringfence.calls.core import HOUSE_MUSIC
from ringfence.kernel.ids import LegId
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


async def test_a_clip_is_sent_once_and_a_missing_one_does_not_hang_the_call(bench: Bench) -> None:
    leg = await begun(bench, "<Response><Say loop='2'>Hi</Say><Say>Hi</Say></Response>")
    assert len(bench.wire.sent(media.LoadClip)) == 1
    bench.world.clips.clear()
    bench.link.forget_clips(command.clip for command in bench.wire.sent(media.LoadClip))
    play = bench.wire.last(media.Play)
    bench.link.heard(media.PlayFinished(leg=leg, play=play.play, reason="done", played_ms=9))
    await turn()
    assert len(bench.wire.sent(media.Play)) == 1
    assert "CallEnded" not in bench.names() or bench.names()[-1] == "CallEnded"
    assert not bench.runner.calls or not next(iter(bench.runner.calls.values())).inbox


async def test_keys_are_listened_for_in_the_sound_where_no_events_were_agreed(
    bench: Bench,
) -> None:
    bench.number("+12025550100", "<Response><Gather/></Response>")
    bench.invite("+12025550100", formats="0")
    bench.open_ports()
    await turn()
    assert bench.wire.last(media.DetectTones).on


async def test_the_echo_is_a_leg_bridged_to_itself(bench: Bench) -> None:
    leg = await begun(bench, "<Response><Echo length='5'/></Response>")
    bridge = bench.wire.last(media.Bridge)
    assert (bridge.a, bridge.b) == (leg, leg)


async def test_a_port_that_opens_after_the_call_is_given_back(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Say>Hi</Say></Response>")
    bench.invite("+12025550100")
    bench.runner.sip_event(wire.Ended(leg=KEY, by="remote", cause="cancelled", status=487))
    await turn()
    bench.open_ports()
    await turn()
    assert len(bench.wire.sent(media.CloseLeg)) == 1
    bench.close_legs()
    assert not bench.runner.legs


async def test_sound_that_stops_arriving_ends_the_call_with_that_cause(bench: Bench) -> None:
    leg = await begun(bench, "<Response><Say>Hi</Say><Pause length='60'/></Response>")
    bench.link.heard(media.RtpStarted(leg=leg))
    bench.link.heard(media.RtpTimedOut(leg=leg))
    await turn()
    bench.runner.sip_event(wire.Ended(leg=KEY, by="local", cause="bye", status=200))
    bench.close_legs()
    await turn()
    assert bench.world.facts[-1].cause == "media_timeout"  # type: ignore[attr-defined]


async def test_notices_about_what_is_gone_change_nothing(bench: Bench) -> None:
    for notice in (
        media.RtpStarted(leg="LGx"),
        media.PlayFinished(leg="LGx", play="1", reason="done", played_ms=1),
        media.DtmfReceived(leg="LGx", digit="1", duration_ms=80, inband=False),
        media.RecordingStarted(recording="REx"),
        media.RecordingFailed(recording="REx", reason="file"),
        media.LegFailed(leg="LGx", reason="unknown"),
        media.CommandRefused(command="Play", subject="LGx", reason="unknown"),
    ):
        bench.link.heard(notice)
    assert bench.world.facts == []


async def test_who_hangs_up_out_of_a_room_leaves_no_warning(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leg is closed before its room is left: that it is no member any more is no fault."""
    lines = listen(monkeypatch)
    room = "CF" + "0" * 32
    bench.link.heard(
        media.CommandRefused(command="LeaveConference", subject=room, reason="unknown")
    )
    await turn()
    assert lines == []
    bench.link.heard(media.CommandRefused(command="LeaveConference", subject=room, reason="limit"))
    bench.link.heard(media.CommandRefused(command="Play", subject="LGx", reason="unknown"))
    await turn()
    assert [line["command"] for line in lines] == ["LeaveConference", "Play"]


async def test_a_prompt_that_ended_with_its_leg_is_no_news(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.number("+12025550100", "<Response><Say>Hello.</Say></Response>")
    bench.invite("12025550100")
    bench.open_ports()
    play = bench.wire.last(media.Play)
    (leg,) = bench.runner.legs.values()
    bench.runner.sip_event(wire.Ended(leg=leg.key, by="remote", cause="bye"))
    told: list[object] = []
    monkeypatch.setattr(bench.runner, "feed", lambda _, item: told.append(item))
    bench.link.heard(media.PlayFinished(leg.id, play.play, "stopped", 100))
    assert told == []


@pytest.mark.parametrize("end", ["program", "call"])
async def test_only_a_program_waits_for_the_end_of_what_was_stopped(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    leg = await begun(bench, "<Response><Gather><Say>Hello.</Say></Gather></Response>")
    play = bench.wire.last(media.Play)
    if end == "program":
        bench.link.heard(media.DtmfReceived(leg, "1", 100, inband=False))
    else:
        (live,) = bench.runner.calls.values()
        first = live.call._live.first()
        first.plays[-1] = first.plays.pop(int(play.play))
        live.call._live.stop_play(first)
        bench.runner.settle(live)
    await turn()
    assert bench.wire.last(media.StopPlay).patient is (end == "call")
    told: list[object] = []
    monkeypatch.setattr(bench.runner, "feed", lambda _, item: told.append(item))
    bench.link.heard(media.PlayFinished(leg, play.play, "stopped", 100))
    assert len(told) == (end == "program")


async def test_what_was_played_aside_ends_with_its_leg(bench: Bench) -> None:
    leg = await begun(bench, "<Response><Say>Hi</Say><Pause length='60'/></Response>")
    (live,) = bench.runner.calls.values()
    heard: list[bool] = []
    audio = bench.runner._audio
    for _ in range(2):
        audio.play_aside(live, LegId(leg), (HOUSE_MUSIC,), heard.append)
    bench.link.heard(media.LegClosed(leg="another", stats=STATS))
    assert heard == []
    bench.link.heard(media.LegClosed(leg=leg, stats=STATS))
    assert heard == [False, False]
    bench.link.heard(media.LegClosed(leg=leg, stats=STATS))
    assert len(heard) == 2


async def test_the_kinds_of_address_both_sides_named_are_in_the_facts(bench: Bench) -> None:
    leg = await begun(bench, "<Response><Say>Hi</Say><Pause length='60'/></Response>")
    bench.runner.sip_event(wire.Ended(leg=KEY, by="remote", cause="bye", status=200))
    bench.close_legs()
    await turn()
    (ended,) = [fact for fact in bench.world.facts if fact.name() == "LegEnded"]
    assert ended.leg == leg  # type: ignore[attr-defined]
    named = (ended.announced, ended.advertised)  # type: ignore[attr-defined]
    assert named == ("private", "private")
