"""Calls that we place."""

import asyncio

import pytest
from switch_bench import PEER, Bench

from ringfence.calls.commands import Hangup, ToDevice, ToPhone, ToSip
from ringfence.calls.events import CallPlaced, LegPlaced
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import ApplicationId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Source
from ringfence.markup.telling import StatusCallback
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.message import Response
from ringfence.switch.live import LiveCall, LiveLeg
from ringfence.switch.outgoing import Outgoing, Wishes
from ringfence.switch.tolls import Tolls

pytestmark = pytest.mark.anyio

HELLO = Source(document="<Response><Say>Hello</Say></Response>")
ANSWER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.60\r\ns=-\r\nc=IN IP4 192.0.2.60\r\nt=0 0\r\n"
    b"m=audio 31000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)


def outgoing(bench: Bench) -> Outgoing:
    return Outgoing(bench.runner, programs=bench.programs, tolls=Tolls(bench.clock))


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_called_is_recognised(bench: Bench) -> None:
    out = outgoing(bench)
    desk = bench.directory.devices["desk"].id
    assert out.target("desk") == ToDevice(device=desk)
    assert out.target("sip:desk@pbx.example.com") == ToDevice(device=desk)
    assert out.target("sip:bob@example.com") == ToSip(uri="sip:bob@example.com")
    assert out.target("+12025550123") == ToPhone(phone=Phone("+12025550123"))
    for bad, code in (("sip:@@", "bad_address"), ("hello", "invalid_number")):
        with pytest.raises(Refused) as refused:
            out.target(bad)
        assert refused.value.code == code


@pytest.mark.promise("ACC-07")
@pytest.mark.parametrize("to", ["+12025550123", "sip:bob@example.com", "desk"])
async def test_a_stopped_account_places_no_call_whatever_it_is_to(bench: Bench, to: str) -> None:
    tolls = Tolls(bench.clock, frozen=lambda: True)
    stopped = Outgoing(bench.runner, programs=bench.programs, tolls=tolls)
    with pytest.raises(Refused) as refused:
        stopped.place(to, source=HELLO)
    assert (refused.value.code, refused.value.clause) == ("account_suspended", "ACC-07")
    assert not bench.runner.calls


async def test_the_program_begins_when_the_callee_answers(bench: Bench) -> None:
    bench.number("+12025550100", "<Response/>")
    application = ApplicationId("AP" + "1" * 32)
    wishes = Wishes(application=application)
    outgoing(bench).place("+12025550123", source=HELLO, wishes=wishes)
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    assert invite.from_.uri.user == "+12025550100"
    assert not bench.world.spoken
    bench.runner.sip_event(
        wire.Answered(leg=invite.leg, peer=PEER, response=Response(200), body=ANSWER)
    )
    await turn()
    assert bench.world.spoken == ["Hello"]
    assert bench.wire.sent(media.Play)
    assert bench.names()[0] == "CallPlaced"
    told = [f for f in bench.world.facts if isinstance(f, CallPlaced | LegPlaced)]
    assert [f.application for f in told if isinstance(f, CallPlaced)] == [application]
    (ours,) = bench.directory.numbers.values()
    assert [f.number for f in told if isinstance(f, CallPlaced)] == [ours.id]
    assert [fact.trunk for fact in told] == [bench.directory.trunk_for(None).id] * 2


async def test_a_refused_call_ends_with_the_reason_and_no_program(bench: Bench) -> None:
    outgoing(bench).place("sip:bob@example.com", source=HELLO)
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(wire.Ended(leg=invite.leg, by="remote", cause="refused", status=486))
    bench.close_legs()
    await turn()
    assert bench.world.facts[-1].cause == "busy"  # type: ignore[attr-defined]
    assert not bench.world.spoken
    assert not bench.runner.calls
    assert not bench.runner.legs


async def test_keys_are_sent_before_the_program_begins(bench: Bench) -> None:
    outgoing(bench).place("sip:bob@example.com", source=HELLO, wishes=Wishes(digits="w12"))
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(
        wire.Answered(leg=invite.leg, peer=PEER, response=Response(200), body=ANSWER)
    )
    await turn()
    sent = bench.wire.last(media.SendDtmf)
    assert sent.digits == "w12"
    assert not bench.world.spoken
    bench.runner.media_notice(media.DtmfSent(leg=sent.leg))
    await turn()
    assert bench.world.spoken == ["Hello"]


async def test_a_server_is_told_how_a_call_fares_even_if_nobody_answers(bench: Bench) -> None:
    status = StatusCallback(url="https://example.com/s", steps=("initiated", "completed"))
    outgoing(bench).place("sip:bob@example.com", source=HELLO, wishes=Wishes(status=status))
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(wire.Ended(leg=invite.leg, by="remote", cause="refused", status=486))
    bench.close_legs()
    await turn()
    told = [dict(callback.params) for callback in bench.world.callbacks]
    assert [one["CallStatus"] for one in told] == ["initiated", "busy"]
    assert told[1]["SipResponseCode"] == "486"
    assert told[0]["Direction"] == "outbound-api"


async def test_a_client_is_a_phone_of_ours_and_a_password_goes_with_an_address(
    bench: Bench,
) -> None:
    out = outgoing(bench)
    assert out.target("client:desk") == ToDevice(device=bench.directory.devices["desk"].id)
    with pytest.raises(Refused, match="bad_address"):
        out.target("client:nobody")
    out.place("sip:bob@example.com", source=HELLO, wishes=Wishes(username="us", password="secret"))
    bench.open_ports()
    await turn()
    assert bench.wire.last(sip.Invite).credentials.username == "us"


async def test_somebody_elses_number_is_not_shown(bench: Bench) -> None:
    with pytest.raises(Refused, match="caller_id_not_ours"):
        outgoing(bench).place("+12025550123", source=HELLO, wishes=Wishes(caller="+12025550177"))


async def test_both_numbers_are_judged_before_there_has_to_be_a_trunk(bench: Bench) -> None:
    bench.directory.trunks.clear()
    out = outgoing(bench)
    for to, caller, code in (
        ("+1202555", "+12025550177", "invalid_number"),
        ("+1" + "2" * 40, "+12025550177", "invalid_number"),
        ("+12025550123", "nobody", "bad_caller_id"),
        ("+12025550123", "+1202555", "bad_caller_id"),
        ("+12025550123", "+1202555017788", "bad_caller_id"),
        ("+12025550123", "+12025550177", "caller_id_not_ours"),
        ("+12025550123", None, "no_trunk"),
    ):
        with pytest.raises(Refused, match=code):
            out.place(to, source=HELLO, wishes=Wishes(caller=caller))
        if code == "no_trunk":
            out.judge(to, caller=caller)
            continue
        with pytest.raises(Refused, match=code):
            out.judge(to, caller=caller)


async def test_a_caller_is_shown_again_with_the_token_of_their_call(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Pause/></Response>")
    bench.invite("+12025550100")
    (live,) = bench.runner.calls.values()
    token = dict(live.program.context.told())["CallToken"]
    shown = Wishes(caller="+12025550123", token=token, trunk=TrunkId("TK1"))
    outgoing(bench).place("+12025550177", source=HELLO, wishes=shown)
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    assert invite.uri.user == "+12025550177"
    assert invite.from_.uri.user == "+12025550123"
    for caller, said in (("+12025550124", token), ("+12025550123", "made up")):
        wishes = Wishes(caller=caller, token=said)
        with pytest.raises(Refused, match="bad_call_token"):
            outgoing(bench).place("+12025550177", source=HELLO, wishes=wishes)


async def test_a_draining_server_places_nothing(bench: Bench) -> None:
    bench.runner.draining = True
    with pytest.raises(Refused, match="draining"):
        outgoing(bench).place("+12025550123", source=HELLO)


@pytest.mark.promise("SHR-04")
async def test_the_next_carrier_gets_numbers_and_no_names(bench: Bench) -> None:
    """The caller's name and what else came with the call stay here."""
    bench.number("+12025550100", "<Response><Dial>+12025550177</Dial></Response>")
    extra = (
        'P-Asserted-Identity: "Canary Person" <sip:+12025550123@192.0.2.50>\r\n'
        "Subject: canary\r\nX-Canary: canary\r\n"
    )
    bench.invite("+12025550100", extra=extra)
    bench.open_ports()
    await turn()
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    assert invite.uri.user == "+12025550177"
    assert invite.from_.display == ""
    shown = f"{invite.from_} {invite.uri} {invite.headers}".casefold()
    assert "canary" not in shown
    assert {name for name, _ in invite.headers} <= {"Diversion", "Privacy", "Max-Forwards"}


async def talking(
    bench: Bench,
    after: str = "<Say>after</Say>",
    named: str = "<Sip>sip:desk@pbx.example.com</Sip>",
) -> tuple[LiveCall, LiveLeg]:
    """A caller connected with the desk by a dial, and the desk's leg."""
    dial = f"<Response><Dial>{named}</Dial>{after}</Response>"
    bench.number("+12025550100", dial)
    bench.register("sip:desk@192.0.2.60")
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(
        wire.Answered(leg=invite.leg, peer=PEER, response=Response(200), body=ANSWER)
    )
    await turn()
    (live,) = bench.runner.calls.values()
    return live, bench.runner.by_key[invite.leg]


async def test_a_dialled_leg_goes_on_in_a_call_of_its_own(bench: Bench) -> None:
    live, leg = await talking(bench)
    taken = outgoing(bench).take_over(leg, source=HELLO)
    await turn()
    assert taken == "CA" + leg.id[2:]
    assert bench.world.spoken[-1] == "Hello"
    assert {play.leg for play in bench.wire.sent(media.Play)} == {leg.id, live.call.first_leg}
    other = bench.runner.calls[taken]
    assert (set(live.legs) & set(other.legs), set(other.legs)) == (set(), {leg.id})
    assert other.link is live.link
    placed = next(fact for fact in bench.world.facts if fact.name() == "CallPlaced")
    assert placed.call == taken
    assert placed.parent == live.id  # type: ignore[attr-defined]
    bench.runner.sip_event(wire.Ended(leg=leg.key, by="remote", cause="bye", status=200))
    bench.close_legs()
    await turn()
    assert taken not in bench.runner.calls
    assert live.id in bench.runner.calls


async def test_whom_its_dial_told_of_a_leg_hears_of_its_end_in_its_own_call(bench: Bench) -> None:
    named = (
        "<Sip statusCallback='https://example.com/leg' statusCallbackMethod="
        "'GET' statusCallbackEvent='answered completed'>sip:desk@pbx.example.com</Sip>"
    )
    live, leg = await talking(bench, named=named)
    taken = outgoing(bench).take_over(leg, source=HELLO)
    await turn()
    program = bench.runner.calls[taken].program
    assert program is not None
    assert dict(program.context.told())["Direction"] == "outbound-dial"
    bench.runner.sip_event(wire.Ended(leg=leg.key, by="remote", cause="bye", status=200))
    bench.close_legs()
    await turn()
    answered, over = (dict(one.params) for one in bench.world.callbacks)
    assert [answered["CallStatus"], over["CallStatus"]] == ["in-progress", "completed"]
    assert [answered["SequenceNumber"], over["SequenceNumber"]] == ["0", "1"]
    for told in (answered, over):
        assert (told["CallSid"], told["ParentCallSid"]) == (taken, live.id)
        assert told["Direction"] == "outbound-dial"
    assert {one.method for one in bench.world.callbacks} == {"GET"}
    assert bench.world.pledges[-1].outcome == taken


async def test_a_leg_that_rings_does_not_go_on_alone(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Dial>+12025550177</Dial></Response>")
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    bench.open_ports()
    await turn()
    leg = bench.runner.by_key[bench.wire.last(sip.Invite).leg]
    with pytest.raises(Refused, match="call_not_in_progress"):
        outgoing(bench).take_over(leg, source=HELLO)


async def test_another_document_takes_over_and_the_callee_is_hung_up(bench: Bench) -> None:
    live, leg = await talking(bench)
    bench.runner.restart(live, HELLO)
    await turn()
    assert bench.wire.last(sip.Bye).leg == leg.key
    assert bench.world.spoken[-1] == "Hello"
    assert {play.leg for play in bench.wire.sent(media.Play)} == {live.call.first_leg}
    bench.runner.command(live, Hangup())
    with pytest.raises(Refused, match="call_not_in_progress"):
        bench.runner.restart(live, HELLO)


async def test_a_call_that_nobody_answered_runs_nothing_else(bench: Bench) -> None:
    call = outgoing(bench).place("sip:bob@example.com", source=HELLO)
    with pytest.raises(Refused, match="call_not_in_progress"):
        bench.runner.restart(bench.runner.calls[call], HELLO)


async def test_another_server_is_told_from_now_on(bench: Bench) -> None:
    live, _ = await talking(bench)
    out = outgoing(bench)
    out.tell(live, StatusCallback(url="https://example.com/a"))
    out.tell(live, StatusCallback(url="https://example.com/b"))
    bench.runner.command(live, Hangup())
    bench.close_legs()
    await turn()
    assert [one.url for one in bench.world.callbacks] == ["https://example.com/b"]
    assert [one.url for one in bench.world.pledges] == [
        "https://example.com/a", "https://example.com/b",
    ]  # fmt: skip
    assert {one.outcome for one in bench.world.pledges} == {live.id}
    assert dict(bench.world.callbacks[0].params)["SequenceNumber"] == "2"
