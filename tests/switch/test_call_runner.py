"""Whole calls through the switch, with the SIP agent and the media worker played by the test."""

import asyncio

import pytest
from switch_bench import PEER, Bench

from ringfence.calls.commands import Hangup, Originate
from ringfence.kernel.limits import FACTS_GIVE_UP_MS
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.message import Headers, Response

pytestmark = pytest.mark.anyio

KEY = wire.LegKey("in-1")
GREET = "<Response><Say>Hello</Say><Gather numDigits='1'><Say>Press one</Say></Gather></Response>"


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def greeted(bench: Bench, document: str = GREET) -> None:
    bench.number("+12025550100", document)
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()


def finish_play(bench: Bench) -> None:
    play = bench.wire.last(media.Play)
    bench.link.heard(media.PlayFinished(leg=play.leg, play=play.play, reason="done", played_ms=100))


async def test_a_call_is_answered_greeted_and_hung_up(bench: Bench) -> None:
    await greeted(bench)
    answer = bench.wire.last(sip.Answer)
    assert answer.leg == KEY
    assert b"m=audio 20000 RTP/AVP 0 101" in answer.body
    connect = bench.wire.last(media.ConnectLeg)
    assert (connect.host, connect.port, connect.codec) == ("192.0.2.50", 30000, "PCMU")
    assert bench.world.spoken[0] == "Hello"
    finish_play(bench)
    await turn()
    assert len(bench.wire.sent(media.Play)) == 2
    bench.runner.sip_event(wire.Ended(leg=KEY, by="remote", cause="bye", status=200))
    bench.close_legs()
    await turn()
    assert bench.names()[0] == "CallOffered"
    ended = bench.world.facts[-1]
    assert ended.name() == "CallEnded"
    assert (ended.hung_up_by, ended.mos_x100, ended.codec) == ("caller", 440, "PCMU")  # type: ignore[attr-defined]
    assert ended.missed  # type: ignore[attr-defined]
    assert not bench.runner.calls
    assert not bench.runner.legs
    assert not bench.runner.by_key


async def test_a_prompt_at_hand_begins_in_the_turn_of_the_answer(bench: Bench) -> None:
    bench.number("+12025550100", GREET)
    bench.invite("+12025550100")
    bench.open_ports()
    connected, playing = bench.wire.sent(media.ConnectLeg), bench.wire.sent(media.Play)
    assert len(connected) == len(playing) == 1


async def test_nothing_of_a_call_is_left_when_the_caller_gives_up_before_a_port_is_there(
    bench: Bench,
) -> None:
    bench.number("+12025550100", GREET)
    bench.invite("+12025550100")
    bench.runner.sip_event(wire.Ended(leg=KEY, by="remote", cause="cancelled", status=487))
    bench.open_ports()
    bench.close_legs()
    await turn()
    assert len(bench.wire.sent(media.CloseLeg)) == 1
    assert bench.names()[-1] == "CallEnded"
    assert not bench.runner.calls
    assert not bench.runner.legs


async def test_a_caller_is_told_when_there_is_no_port(bench: Bench) -> None:
    bench.number("+12025550100", GREET)
    bench.invite("+12025550100")
    (opened,) = bench.wire.sent(media.OpenLeg)
    bench.link.heard(media.LegFailed(leg=opened.leg, reason="no_port"))
    await turn()
    assert bench.wire.last(sip.Reject).status in {500, 503}
    bench.runner.sip_event(wire.Ended(leg=KEY, by="local", cause="refused", status=503))
    await turn()
    assert bench.names()[-1] == "CallEnded"
    assert not bench.runner.legs


@pytest.mark.parametrize(
    ("user", "formats", "status"),
    [("+12025550177", "0", 404), ("+12025550100", "18", 488)],
)
async def test_what_cannot_be_connected_is_refused(
    bench: Bench, user: str, formats: str, status: int
) -> None:
    bench.number("+12025550100", GREET)
    bench.invite(user, formats=formats)
    assert bench.wire.last(sip.Reject).status == status
    assert not bench.wire.media
    bench.runner.sip_event(wire.Ended(leg=KEY, by="local", cause="refused", status=status))
    assert not bench.runner.calls


async def test_a_call_without_an_offer_is_offered_to(bench: Bench) -> None:
    bench.number("+12025550100", GREET)
    bench.invite("+12025550100", offer=b"")
    bench.open_ports()
    await turn()
    assert b"RTP/AVP 0 8 9 101" in bench.wire.last(sip.Answer).body
    assert not bench.wire.sent(media.ConnectLeg)
    bench.runner.sip_event(
        wire.Established(
            leg=KEY,
            answer=b"v=0\r\no=- 1 1 IN IP4 192.0.2.50\r\ns=-\r\nc=IN IP4 192.0.2.50\r\nt=0 0\r\n"
            b"m=audio 30000 RTP/AVP 8\r\n",
        )
    )
    await turn()
    assert bench.wire.last(media.ConnectLeg).codec == "PCMA"
    assert bench.wire.last(media.DetectTones).on
    assert bench.wire.sent(media.Play)


async def test_keys_of_an_answer_under_another_number_are_expected_under_ours(bench: Bench) -> None:
    bench.number("+12025550100", GREET)
    bench.invite("+12025550100", offer=b"")
    bench.open_ports()
    await turn()
    bench.runner.sip_event(
        wire.Established(
            leg=KEY,
            answer=b"v=0\r\no=- 1 1 IN IP4 192.0.2.50\r\ns=-\r\nc=IN IP4 192.0.2.50\r\nt=0 0\r\n"
            b"m=audio 30000 RTP/AVP 8 97\r\na=rtpmap:97 telephone-event/8000\r\n",
        )
    )
    await turn()
    connect = bench.wire.last(media.ConnectLeg)
    assert (connect.dtmf_payload_type, connect.event_payload_type) == (97, 101)


async def test_digits_reach_the_program(bench: Bench) -> None:
    bench.world.documents["https://example.com/next"] = b"<Response><Say>Thanks</Say></Response>"
    await greeted(
        bench,
        "<Response><Gather numDigits='1' action='https://example.com/next'/></Response>",
    )
    leg = bench.wire.last(media.ConnectLeg).leg
    bench.link.heard(media.DtmfReceived(leg=leg, digit="1", duration_ms=80, inband=False))
    await turn()
    assert bench.world.spoken[-1] == "Thanks"


async def test_a_phone_of_ours_is_dialled_and_both_are_bridged(bench: Bench) -> None:
    bench.register("sip:desk@192.0.2.60")
    bench.invite("desk")
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    assert invite.targets == (PEER,)
    bench.runner.sip_event(wire.Progress(leg=invite.leg, status=180))
    await turn()
    assert bench.wire.last(sip.Provisional).status == 180
    bench.runner.sip_event(
        wire.Answered(
            leg=invite.leg,
            peer=PEER,
            response=Response(200, "OK", Headers()),
            body=b"v=0\r\no=- 1 1 IN IP4 192.0.2.60\r\ns=-\r\nc=IN IP4 192.0.2.60\r\nt=0 0\r\n"
            b"m=audio 31000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        )
    )
    await turn()
    assert bench.wire.last(sip.Answer).leg == KEY
    assert bench.wire.sent(media.Bridge)
    bench.runner.sip_event(wire.Ended(leg=invite.leg, by="remote", cause="bye", status=200))
    await turn()
    assert bench.wire.last(sip.Bye).leg == KEY
    bench.runner.sip_event(wire.Ended(leg=KEY, by="local", cause="bye", status=200))
    bench.close_legs()
    await turn()
    ended = bench.world.facts[-1]
    assert (ended.missed, ended.hung_up_by) == (False, "callee")  # type: ignore[attr-defined]
    assert not bench.runner.legs


async def test_a_dead_media_worker_ends_its_calls_with_that_cause(bench: Bench) -> None:
    await greeted(bench)
    bench.link.lost()
    await turn()
    assert bench.wire.last(sip.Bye).leg == KEY
    bench.runner.sip_event(wire.Ended(leg=KEY, by="local", cause="bye", status=200))
    await turn()
    assert bench.world.facts[-1].cause == "interrupted"  # type: ignore[attr-defined]
    assert not bench.runner.legs


async def test_a_command_from_outside_ends_a_call(bench: Bench) -> None:
    await greeted(bench)
    (live,) = bench.runner.calls.values()
    bench.runner.command(live, Hangup())
    bench.runner.sip_event(wire.Ended(leg=KEY, by="local", cause="bye", status=200))
    bench.close_legs()
    await turn()
    assert bench.world.facts[-1].hung_up_by == "system"  # type: ignore[attr-defined]
    assert not bench.runner.calls


async def test_voicemail_is_kept_and_a_full_disk_does_not_end_the_call(bench: Bench) -> None:
    await greeted(bench, "<Response><Record playBeep='false' trim='do-not-trim'/></Response>")
    start = bench.wire.last(media.StartRecording)
    bench.link.heard(media.RecordingStarted(recording=start.recording))
    bench.clock.advance(9_000)
    bench.link.heard(
        media.RecordingFinished(
            recording=start.recording,
            duration_ms=9_000,
            reason="silence",
            channels=[media.ChannelFile(path=start.channels[0].path, size=9, sha256="0" * 64)],
        )
    )
    await turn()
    assert bench.world.kept == [(start.recording, True)]
    assert "RecordingSaved" in bench.names()
    assert "VoicemailLeft" in bench.names()


async def test_a_full_disk_refuses_the_recording_and_the_call_goes_on(bench: Bench) -> None:
    bench.world.disk_full = True
    await greeted(bench, "<Response><Record/><Say>Sorry</Say></Response>")
    failed = [f for f in bench.world.facts if f.name() == "RecordingFailed"]
    assert [f.reason for f in failed] == ["disk_full"]  # type: ignore[attr-defined]
    assert bench.runner.calls


async def test_a_program_that_asks_the_impossible_does_not_hold_the_line(bench: Bench) -> None:
    await greeted(bench)
    (live,) = bench.runner.calls.values()
    command = Originate(target=None, caller=None, called=None)  # type: ignore[arg-type]
    bench.runner._obey(live, command, bench.runner.clock.now())
    bench.runner.settle(live)
    assert bench.wire.last(sip.Bye).leg == KEY
    bench.runner.sip_event(wire.Ended(leg=KEY, by="local", cause="bye", status=200))
    bench.close_legs()
    await turn()
    assert bench.world.facts[-1].cause == "server_error"  # type: ignore[attr-defined]


async def test_where_storage_takes_nothing_a_caller_is_sent_away_and_nothing_is_held(
    bench: Bench,
) -> None:
    bench.number("+12025550100", GREET)
    bench.world.no_writes = True
    bench.invite("+12025550100")
    await turn()
    refusal = bench.wire.last(sip.Reject)
    assert (refusal.status, refusal.retry_after) == (503, 10)
    assert not bench.wire.sent(media.OpenLeg)
    assert not bench.runner.calls
    assert not bench.runner.legs
    assert not bench.runner.by_key


async def test_facts_that_are_not_taken_are_offered_again_in_their_order(bench: Bench) -> None:
    await greeted(bench)
    before = len(bench.world.facts)
    bench.world.no_writes = True
    finish_play(bench)
    bench.runner.sip_event(wire.Ended(leg=KEY, by="remote", cause="bye", status=200))
    bench.close_legs()
    (live,) = bench.runner.calls.values()
    assert not live.legs
    assert len(bench.world.facts) == before
    bench.world.no_writes = False
    bench.runner.settle(live)
    assert bench.names()[before] == "PromptPlayed"
    assert bench.names()[-2:] == ["LegEnded", "CallEnded"]
    assert not bench.runner.calls


async def test_a_call_ends_although_its_facts_are_never_taken(bench: Bench) -> None:
    await greeted(bench)
    bench.world.no_writes = True
    bench.runner.sip_event(wire.Ended(leg=KEY, by="remote", cause="bye", status=200))
    bench.close_legs()
    (live,) = bench.runner.calls.values()
    bench.clock.advance(FACTS_GIVE_UP_MS)
    bench.runner.settle(live)
    assert not bench.runner.calls
    assert live.alarm is None


async def test_a_leg_that_waits_for_its_worker_is_forgotten_when_the_worker_dies(
    bench: Bench,
) -> None:
    await greeted(bench)
    bench.runner.sip_event(wire.Ended(leg=KEY, by="remote", cause="bye", status=200))
    assert bench.wire.sent(media.CloseLeg)
    assert bench.runner.legs
    bench.link.lost()
    await turn()
    assert bench.names()[-1] == "CallEnded"
    assert not bench.runner.calls
    assert not bench.runner.legs


async def test_a_call_that_is_answered_without_a_port_is_refused_at_once(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Pause length='1'/><Say>Hello</Say></Response>")
    bench.invite("+12025550100")
    bench.link.lost()
    await turn()
    bench.clock.advance(1_000)
    (live,) = bench.runner.calls.values()
    bench.runner._fire(live)
    await turn()
    assert bench.wire.last(sip.Reject).status == 500
    bench.runner.sip_event(wire.Ended(leg=KEY, by="local", cause="refused", status=500))
    await turn()
    assert bench.world.facts[-1].cause == "media_lost"  # type: ignore[attr-defined]
    assert not bench.runner.legs


@pytest.mark.parametrize("what", ["machine", "program", "timer"])
async def test_a_bug_ends_its_call_and_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    await greeted(bench)
    (live,) = bench.runner.calls.values()
    assert live.program is not None

    def fail(*_: object) -> None:
        raise KeyError("a bug")

    with monkeypatch.context() as patch:
        if what == "program":
            patch.setattr(type(live.program), "receive", fail)
            finish_play(bench)
        elif what == "machine":
            patch.setattr(type(live.call), "receive", fail)
            finish_play(bench)
        else:
            patch.setattr(type(live.call), "deadline", fail)
            try:
                bench.runner._fire(live)
            except KeyError:
                pass  # the timer of the call cannot be set either
    await turn()
    assert bench.runner.failures
    assert bench.wire.sent(sip.Bye)
    bench.runner.sip_event(wire.Ended(leg=KEY, by="local", cause="bye", status=200))
    bench.close_legs()
    await turn()
    assert bench.world.facts[-1].cause == "server_error"  # type: ignore[attr-defined]
    assert not bench.runner.calls
    assert not bench.runner.legs


@pytest.mark.parametrize("bug", [False, True])
async def test_one_timer_rings_for_every_call_that_is_due(bench: Bench, *, bug: bool) -> None:
    def fail(_: object) -> None:
        raise KeyError("a bug")

    bench.number("+12025550100", "<Response><Pause length='1'/><Say>Hello</Say></Response>")
    for key in ("in-1", "in-2"):
        bench.invite("+12025550100", key=key)
        bench.open_ports()
        await turn()
    if bug:
        next(iter(bench.runner.calls.values())).on_time = fail
    bench.clock.advance(999)
    bench.runner._rung()
    assert not bench.wire.sent(sip.Answer)
    bench.clock.advance(1)
    bench.runner._rung()
    assert [answer.leg for answer in bench.wire.sent(sip.Answer)] == ["in-1", "in-2"][bug:]
