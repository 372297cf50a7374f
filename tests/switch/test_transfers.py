"""REFER and Replaces between the calls that are open: who may, who goes on with whom."""

import asyncio

import pytest
from switch_bench import PEER, Bench

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel.ids import FlowId, PhoneDeviceId
from ringfence.kernel.limits import OUTGOING_CALLS_PER_MINUTE
from ringfence.kernel.phone import Phone
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Response
from ringfence.switch.directory import DeviceEntry
from ringfence.switch.outgoing import Outgoing
from ringfence.switch.tolls import Tolls

pytestmark = pytest.mark.anyio

KEY = wire.LegKey("in-1")
PAUSE = "<Response><Pause length='60'/></Response>"
SDP = (
    b"v=0\r\no=- 1 2 IN IP4 192.0.2.50\r\ns=-\r\nc=IN IP4 192.0.2.50\r\nt=0 0\r\n"
    b"m=audio 30000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)


class Menu:
    """As much of a flow as the switch knows."""

    id = FlowId("FL1")


@pytest.fixture
def led(bench: Bench) -> Bench:
    """A switch that can place calls by itself, as a whole one can."""
    Outgoing(bench.runner, programs=bench.programs, tolls=Tolls(bench.clock))
    return bench


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def staff(bench: Bench) -> None:
    """The phones of the account."""
    for number, name in enumerate(("alice", "bob", "carol")):
        bench.directory.devices[name] = DeviceEntry(id=PhoneDeviceId(f"PD{number}9"), name=name)


async def talking(bench: Bench, caller: str, callee: str, key: str) -> str:
    """Let one phone call another; the key of the leg that was called."""
    staff(bench)
    if not bench.registered:
        bench.register("sip:phone@192.0.2.50")
    bench.invite(callee, username=caller, key=key)
    bench.open_ports()
    await turn()
    called = bench.wire.last(sip.Invite)
    bench.runner.sip_event(
        wire.Answered(leg=called.leg, peer=PEER, response=Response(200), body=SDP)
    )
    await turn()
    return str(called.leg)


def refer(bench: Bench, leg: str, *, replaces: str | None = None, to: str = "carol") -> None:
    bench.runner.sip_event(
        wire.ReferReceived(
            leg=wire.LegKey(leg),
            refer=7,
            target=NameAddr.parse(f"<sip:{to}@pbx.example.com>"),
            replaces=None if replaces is None else wire.LegKey(replaces),
        )
    )


def name_of(bench: Bench, key: str) -> str:
    return bench.runner.by_key[wire.LegKey(key)].id


def hung_up(bench: Bench) -> set[str]:
    return {str(one.leg) for one in bench.wire.sent(sip.Bye)}


def over(bench: Bench, key: str, **how: str) -> None:
    how = {"by": "remote", "cause": "bye"} | how
    bench.runner.sip_event(wire.Ended(leg=wire.LegKey(key), status=200, **how))  # type: ignore[arg-type]


# --- attended ------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked_in", ["first", "second"])
async def test_two_calls_of_one_phone_become_one_conversation_without_it(
    bench: Bench, asked_in: str
) -> None:
    """alice calls bob, bob calls carol and lets them talk; bob may ask in either call."""
    bob_1 = await talking(bench, "alice", "bob", "in-1")
    carol = await talking(bench, "bob", "carol", "in-2")
    alice_leg, carol_leg = name_of(bench, "in-1"), name_of(bench, carol)
    if asked_in == "first":
        refer(bench, bob_1, replaces="in-2")
    else:
        refer(bench, "in-2", replaces=bob_1, to="alice")
    await turn()
    key = bob_1 if asked_in == "first" else "in-2"
    assert bench.wire.last(sip.AcceptRefer) == sip.AcceptRefer(leg=wire.LegKey(key), refer=7)
    assert [one.status for one in bench.wire.sent(sip.NotifyRefer)] == [200]
    assert hung_up(bench) == {bob_1, "in-2"}
    bridges = [{one.a, one.b} for one in bench.wire.sent(media.Bridge)]
    assert bridges[-1] == {alice_leg, carol_leg}
    taken_apart = [
        index for index, one in enumerate(bench.wire.media) if isinstance(one, media.Unbridge)
    ]
    joined = max(i for i, one in enumerate(bench.wire.media) if isinstance(one, media.Bridge))
    assert max(taken_apart) < joined, "whoever is joined first would be parted again"
    moved = [fact for fact in bench.world.facts if isinstance(fact, events.LegTransferred)]
    assert [fact.attended for fact in moved] == [True, True]

    over(bench, carol)
    bench.close_legs()
    await turn()
    assert "in-1" in hung_up(bench)
    for key in (bob_1, "in-2", "in-1"):
        over(bench, key, by="local")
    bench.close_legs()
    await turn()
    assert not bench.runner.calls
    ends = [fact for fact in bench.world.facts if isinstance(fact, events.CallEnded)]
    assert [fact.cause for fact in ends] == [Cause.NORMAL, Cause.NORMAL]


async def test_who_was_on_hold_hears_the_music_no_more(bench: Bench) -> None:
    bob_1 = await talking(bench, "alice", "bob", "in-1")
    hold = SDP + b"a=sendonly\r\n"
    bench.runner.sip_event(wire.OfferReceived(leg=wire.LegKey(bob_1), method="INVITE", offer=hold))
    await turn()
    assert bench.wire.last(media.Play).leg == name_of(bench, "in-1")
    await talking(bench, "bob", "carol", "in-2")
    alice = name_of(bench, "in-1")
    refer(bench, bob_1, replaces="in-2")
    await turn()
    assert [one.leg for one in bench.wire.sent(media.StopPlay)][-1] == alice


async def test_a_dialog_of_somebody_else_is_not_joined(bench: Bench) -> None:
    """A caller from outside names a call of two phones: whoever talks there has not asked."""
    await talking(bench, "alice", "bob", "in-1")
    bench.number(
        "+12025550100", "<Response><Dial><Sip>sip:carol@pbx.example.com</Sip></Dial></Response>"
    )
    bench.invite("+12025550100", key="in-2")
    bench.open_ports()
    await turn()
    bench.open_ports()
    await turn()
    called = bench.wire.last(sip.Invite)
    bench.runner.sip_event(
        wire.Answered(leg=called.leg, peer=PEER, response=Response(200), body=SDP)
    )
    await turn()
    refer(bench, "in-2", replaces="in-1", to="+12025550199")
    await turn()
    assert bench.wire.last(sip.RejectRefer).status == 403
    assert hung_up(bench) == set()


async def test_where_nobody_talks_in_the_second_call_the_partner_is_sent_there_alone(
    bench: Bench,
) -> None:
    bob_1 = await talking(bench, "alice", "bob", "in-1")
    bench.number("+12025550100", PAUSE)
    bench.invite("+12025550100", username="bob", key="in-2")
    bench.open_ports()
    await turn()
    before = len(bench.wire.sent(sip.Invite))
    refer(bench, bob_1, replaces="in-2")
    bench.open_ports()
    await turn()
    assert len(bench.wire.sent(sip.Invite)) == before + 1  # carol is rung, as without Replaces
    assert bench.wire.last(sip.AcceptRefer).refer == 7


async def taken_from_a_queue(bench: Bench) -> None:
    """Somebody outside waits, bob takes them: a call each (``in-w`` and ``in-1``)."""
    staff(bench)
    bench.number("+12025550110", "<Response><Enqueue>line</Enqueue></Response>")
    bench.number("+12025550111", "<Response><Dial><Queue>line</Queue></Dial></Response>")
    bench.invite("+12025550110", key="in-w")
    bench.open_ports()
    await turn()
    bench.invite("+12025550111", username="bob", key="in-1")
    bench.open_ports()
    for _ in range(3):
        await turn()


@pytest.mark.parametrize("asked_in", ["first", "second"])
async def test_whom_an_agent_took_from_a_queue_is_joined_with_whom_he_asked(
    bench: Bench, asked_in: str
) -> None:
    await taken_from_a_queue(bench)
    carol = await talking(bench, "bob", "carol", "in-2")
    waiter, carol_leg = name_of(bench, "in-w"), name_of(bench, carol)
    agent = name_of(bench, "in-1")
    rung = len(bench.wire.sent(sip.Invite))
    if asked_in == "first":
        refer(bench, "in-1", replaces="in-2")
    else:
        refer(bench, "in-2", replaces="in-1", to="+12025550110")
    await turn()
    assert len(bench.wire.sent(sip.Invite)) == rung  # nobody is rung again
    assert [one.status for one in bench.wire.sent(sip.NotifyRefer)] == [200]
    assert hung_up(bench) == {"in-1", "in-2"}
    parted = [{one.a, one.b} for one in bench.wire.sent(media.Unbridge)]
    assert {waiter, agent} in parted
    last = bench.wire.last(media.Bridge)
    assert {last.a, last.b} == {waiter, carol_leg}
    at = max(i for i, one in enumerate(bench.wire.media) if isinstance(one, media.Bridge))
    apart = [i for i, one in enumerate(bench.wire.media) if isinstance(one, media.Unbridge)]
    assert max(apart) < at, "whoever is joined first would be parted again"

    over(bench, carol)
    bench.close_legs()
    for _ in range(3):
        await turn()
    assert "in-w" in hung_up(bench)  # her document ends with the queue
    for key in ("in-1", "in-2", "in-w"):
        over(bench, key, by="local")
    bench.close_legs()
    await turn()
    assert not bench.runner.calls
    ends = [fact for fact in bench.world.facts if isinstance(fact, events.CallEnded)]
    assert sorted(fact.cause for fact in ends) == ["normal", "normal", "transferred"]


async def test_whom_an_agent_took_from_a_queue_hears_music_on_hold(bench: Bench) -> None:
    await taken_from_a_queue(bench)
    before = len(bench.wire.sent(media.Play))
    for way, stops in (("sendonly", 0), ("sendrecv", 1)):
        offer = SDP + f"a={way}\r\n".encode()
        stopped = len(bench.wire.sent(media.StopPlay))
        bench.runner.sip_event(wire.OfferReceived(leg=KEY, method="INVITE", offer=offer))
        await turn()
        assert len(bench.wire.sent(media.StopPlay)) == stopped + stops
    (play,) = bench.wire.sent(media.Play)[before:]
    assert (play.leg, play.loop) == (name_of(bench, "in-w"), 0)


async def test_two_callers_of_one_agent_are_not_mixed_up_with_his_own_call(bench: Bench) -> None:
    """The call that he names is the other half of the one he asks in."""
    await taken_from_a_queue(bench)
    bench.runner.by_key[wire.LegKey("in-w")].phone = True
    refer(bench, "in-1", replaces="in-w", to="+12025550110")
    await turn()
    assert not bench.wire.sent(sip.AcceptRefer)
    assert hung_up(bench) == set()


# --- a leg that is replaced -----------------------------------------------------------------------


async def test_another_phone_takes_a_conversation_over(bench: Bench) -> None:
    bob_1 = await talking(bench, "alice", "bob", "in-1")
    alice = name_of(bench, "in-1")
    bench.invite("alice", username="carol", key="in-9", replaces=bob_1)
    bench.open_ports()
    await turn()
    new = name_of(bench, "in-9")
    answer = bench.wire.last(sip.Answer)
    assert (answer.leg, b"m=audio" in answer.body) == ("in-9", True)
    assert {bench.wire.last(media.Bridge).a, bench.wire.last(media.Bridge).b} == {alice, new}
    # The agent hangs up the old dialog as it answers the new one (RFC 3891 section 3).
    over(bench, bob_1, cause="replaced")
    bench.close_legs()
    await turn()
    assert len(bench.runner.calls) == 1
    ended = [fact for fact in bench.world.facts if isinstance(fact, events.LegEnded)]
    assert [fact.cause for fact in ended] == [Cause.TRANSFERRED]
    over(bench, "in-9")
    await turn()
    assert hung_up(bench) == {"in-1"}


@pytest.mark.parametrize("answer", [SDP, b"", SDP.replace(b"AVP 0", b"AVP 18")])
async def test_who_takes_over_may_leave_the_offer_to_us(bench: Bench, answer: bytes) -> None:
    """RFC 3261 13.2.1: ours is in the 200, theirs in the ACK; without one nothing is heard."""
    bob_1 = await talking(bench, "alice", "bob", "in-1")
    bench.invite("alice", username="carol", key="in-9", replaces=bob_1, offer=b"")
    bench.open_ports()
    await turn()
    ours = bench.wire.last(sip.Answer)
    assert (ours.leg, b"m=audio" in ours.body) == ("in-9", True)
    new, alice = name_of(bench, "in-9"), name_of(bench, "in-1")
    assert {bench.wire.last(media.Bridge).a, bench.wire.last(media.Bridge).b} == {alice, new}
    over(bench, bob_1, cause="replaced")
    assert not [one for one in bench.wire.sent(media.ConnectLeg) if one.leg == new]
    bench.runner.sip_event(wire.Established(leg=wire.LegKey("in-9"), answer=answer))
    await turn()
    if answer == SDP:
        (connected,) = [one for one in bench.wire.sent(media.ConnectLeg) if one.leg == new]
        assert connected.codec == "PCMU"
        assert hung_up(bench) == set()
        over(bench, "in-9")
    else:
        assert "in-9" in hung_up(bench)
        over(bench, "in-9", by="local")
    await turn()
    assert "in-1" in hung_up(bench)
    over(bench, "in-1", by="local")
    bench.close_legs()
    await turn()
    assert not bench.runner.calls


async def test_a_stranger_takes_nothing_over(bench: Bench) -> None:
    bob_1 = await talking(bench, "alice", "bob", "in-1")
    bench.invite("alice", key="in-9", replaces=bob_1)
    await turn()
    assert bench.wire.last(sip.Reject) == sip.Reject(leg=wire.LegKey("in-9"), status=403)
    assert len(bench.runner.calls) == 1


@pytest.mark.parametrize(
    ("replaces", "offer", "status"),
    [("nobody", SDP, 481), ("nobody", b"", 481), (None, b"v=0", 400)],
)
async def test_what_cannot_be_taken_over_is_refused(
    bench: Bench, replaces: str | None, offer: bytes, status: int
) -> None:
    bob_1 = await talking(bench, "alice", "bob", "in-1")
    bench.invite("alice", username="carol", key="in-9", replaces=replaces or bob_1, offer=offer)
    bench.open_ports()
    await turn()
    assert bench.wire.last(sip.Reject).status == status
    assert hung_up(bench) == set()


@pytest.mark.parametrize("gone", ["old", "new"])
async def test_who_is_gone_before_the_port_is_open_changes_nothing(bench: Bench, gone: str) -> None:
    bob_1 = await talking(bench, "alice", "bob", "in-1")
    bench.invite("alice", username="carol", key="in-9", replaces=bob_1)
    if gone == "old":
        over(bench, bob_1)
    else:
        over(bench, "in-9", cause="cancelled")
    bench.open_ports()
    await turn()
    refused = [str(one.leg) for one in bench.wire.sent(sip.Reject)]
    assert refused == (["in-9"] if gone == "old" else [])
    assert not [one for one in bench.wire.sent(sip.Answer) if one.leg == "in-9"]
    if gone == "old":
        over(bench, "in-9", by="local", cause="refused")
    bench.close_legs()
    assert wire.LegKey("in-9") not in bench.runner.by_key


# --- blind ----------------------------------------------------------------------------------------


async def test_a_transfer_by_a_stranger_to_anywhere_is_refused(bench: Bench) -> None:
    bench.number("+12025550100", PAUSE)
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    bench.runner.sip_event(
        wire.ReferReceived(leg=KEY, refer=1, target=NameAddr.parse("<sip:+12025550199@192.0.2.1>"))
    )
    assert bench.wire.last(sip.RejectRefer).status == 403


@pytest.mark.parametrize("to", ["+12025550100", "menu"])
async def test_who_was_called_sends_the_caller_to_a_program_of_ours(led: Bench, to: str) -> None:
    bob_1 = await talking(led, "alice", "bob", "in-1")
    led.number("+12025550100", PAUSE)
    led.directory.flows["menu"] = Menu()
    refer(led, bob_1, to=to)
    await turn()
    assert led.wire.last(sip.AcceptRefer).leg == bob_1
    assert [one.status for one in led.wire.sent(sip.NotifyRefer)] == [200]
    assert hung_up(led) == {bob_1}
    over(led, bob_1, by="local")
    led.close_legs()
    await turn()
    (live,) = led.runner.calls.values()
    assert live.program is not None
    assert not live.program.over
    assert [str(one.key) for one in live.legs.values()] == ["in-1"]


async def test_who_calls_sends_whom_it_called_there(led: Bench) -> None:
    bob_1 = await talking(led, "alice", "bob", "in-1")
    led.number("+12025550100", PAUSE)
    refer(led, "in-1", to="+12025550100")
    await turn()
    assert [one.status for one in led.wire.sent(sip.NotifyRefer)] == [200]
    over(led, "in-1")
    led.close_legs()
    await turn()
    (live,) = led.runner.calls.values()
    assert [str(one.key) for one in live.legs.values()] == [bob_1]
    assert live.program is not None
    assert not live.program.over
    assert hung_up(led) <= {"in-1"}


async def test_a_stranger_sends_nobody_to_a_program_of_ours(bench: Bench) -> None:
    bob_1 = await talking(bench, "alice", "bob", "in-1")
    bench.number("+12025550100", PAUSE)
    bench.runner.by_key[wire.LegKey(bob_1)].phone = False
    refer(bench, bob_1, to="+12025550100")
    await turn()
    assert bench.wire.last(sip.RejectRefer).status == 403
    assert hung_up(bench) == set()


async def test_a_transfer_to_a_number_is_judged_as_a_call_is(
    bench: Bench,
) -> None:
    bench.number("+12025550100", "<Response><Pause length='60'/></Response>")
    bench.invite("+12025550100", username="desk", source="")
    bench.open_ports()
    await turn()
    programs = bench.runner.tenant.programs
    assert programs is not None
    for _ in range(OUTGOING_CALLS_PER_MINUTE):
        programs.judge(Phone("+12025550177"))
    target = NameAddr.parse("<sip:+12025550199@192.0.2.1>")
    bench.runner.sip_event(wire.ReferReceived(leg=KEY, refer=1, target=target))
    assert bench.wire.last(sip.RejectRefer).status == 403
    bench.clock.advance(61_000)
    bench.runner.sip_event(wire.ReferReceived(leg=KEY, refer=2, target=target))
    assert [one.refer for one in bench.wire.sent(sip.RejectRefer)] == [1]
