"""The words of the wire, in and out."""

import asyncio

import pytest
from switch_bench import PEER, Bench

from ringfence.calls.commands import Hangup
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Response
from ringfence.sip.uri import Uri
from ringfence.switch.signalling import is_hidden

pytestmark = pytest.mark.anyio

KEY = wire.LegKey("in-1")
PAUSE = "<Response><Pause length='60'/></Response>"


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def sdp(direction: str, *, formats: str = "0 101", port: int = 30000) -> bytes:
    return (
        "v=0\r\no=- 1 2 IN IP4 192.0.2.50\r\ns=-\r\nc=IN IP4 192.0.2.50\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {formats}\r\na=rtpmap:101 telephone-event/8000\r\n"
        f"a={direction}\r\n"
    ).encode()


async def up(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Say>Hi</Say><Pause length='60'/></Response>")
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()


async def test_hold_and_return_change_the_sound_and_are_facts(bench: Bench) -> None:
    await up(bench)
    bench.runner.sip_event(wire.OfferReceived(leg=KEY, method="INVITE", offer=sdp("sendonly")))
    await turn()
    assert b"a=recvonly" in bench.wire.last(sip.AnswerOffer).body
    assert bench.wire.last(media.ConnectLeg).direction == "recvonly"
    bench.runner.sip_event(wire.OfferReceived(leg=KEY, method="INVITE", offer=sdp("sendrecv")))
    await turn()
    held = [f.on for f in bench.world.facts if f.name() == "LegHeld"]  # type: ignore[attr-defined]
    assert held == [True, False]


async def test_a_reinvite_without_a_body_asks_for_our_offer_and_is_no_hold(bench: Bench) -> None:
    await up(bench)
    bench.runner.sip_event(wire.OfferReceived(leg=KEY, method="INVITE", offer=b""))
    assert b"m=audio 20000" in bench.wire.last(sip.AnswerOffer).body
    bench.runner.sip_event(wire.OfferAnswered(leg=KEY, body=sdp("sendrecv", port=32000)))
    await turn()
    assert bench.wire.last(media.ConnectLeg).port == 32000
    assert "LegHeld" not in bench.names()


async def test_an_offer_nobody_can_accept_leaves_the_call_as_it_was(bench: Bench) -> None:
    await up(bench)
    before = len(bench.wire.sent(media.ConnectLeg))
    for offer in (sdp("sendrecv", formats="18"), b"nonsense"):
        bench.runner.sip_event(wire.OfferReceived(leg=KEY, method="INVITE", offer=offer))
    assert len(bench.wire.sent(sip.RejectOffer)) == 2
    assert len(bench.wire.sent(media.ConnectLeg)) == before
    assert bench.runner.calls


@pytest.mark.parametrize(
    ("by", "cause", "status", "expected"),
    [
        ("remote", "refused", 486, "busy"),
        ("remote", "refused", 404, "unallocated"),
        ("remote", "refused", 603, "rejected"),
        ("failure", "timeout", 408, "unreachable"),
        ("failure", "transport", 503, "unreachable"),
    ],
)
async def test_why_a_callee_was_not_reached(
    bench: Bench, by: str, cause: str, status: int, expected: str
) -> None:
    bench.registered.append((Uri.parse("sip:desk@192.0.2.60"), PEER))
    bench.invite("desk")
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(wire.Ended(leg=invite.leg, by=by, cause=cause, status=status))  # type: ignore[arg-type]
    bench.close_legs()
    await turn()
    ended = [f for f in bench.world.facts if f.name() == "DialEnded"]
    assert [f.cause for f in ended] == [expected]  # type: ignore[attr-defined]


async def test_an_answer_that_cannot_be_heard_is_hung_up(bench: Bench) -> None:
    bench.registered.append((Uri.parse("sip:desk@192.0.2.60"), PEER))
    bench.invite("desk")
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(
        wire.Answered(
            leg=invite.leg, peer=PEER, response=Response(200), body=sdp("sendrecv", formats="18")
        )
    )
    await turn()
    assert bench.wire.last(sip.Bye).leg == invite.leg


async def test_a_transfer_by_a_stranger_to_anywhere_is_refused(bench: Bench) -> None:
    await up(bench)
    bench.runner.sip_event(
        wire.ReferReceived(leg=KEY, refer=1, target=NameAddr.parse("<sip:+12025550199@192.0.2.1>"))
    )
    assert bench.wire.last(sip.RejectRefer).status == 403


def test_a_private_address_behind_a_public_one_is_noticed() -> None:
    assert is_hidden("10.0.0.5", wire.Peer("udp", "8.8.8.8", 5060))
    assert not is_hidden("10.0.0.5", wire.Peer("udp", "10.0.0.9", 5060))
    assert not is_hidden("phone.example.com", wire.Peer("udp", "8.8.8.8", 5060))
    assert not is_hidden("10.0.0.5", None)


def notes(bench: Bench) -> list[tuple[str, str]]:
    return [
        (fact.code, fact.level)  # type: ignore[attr-defined]
        for fact in bench.world.facts
        if fact.name() == "TimelineNoted"
    ]


def cause(bench: Bench) -> str:
    (ended,) = [fact for fact in bench.world.facts if fact.name() == "CallEnded"]
    return str(ended.cause.value)  # type: ignore[attr-defined]


async def test_no_free_port_for_a_caller_is_on_the_timeline(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Say>Hi</Say></Response>")
    bench.invite("+12025550100")
    opening = bench.wire.last(media.OpenLeg)
    bench.link.heard(media.LegFailed(leg=opening.leg, reason="limit"))
    await turn()
    assert ("no_rtp_port", "error") in notes(bench)
    assert cause(bench) == "congestion"


async def test_what_cannot_be_sent_is_unreachable_and_says_so(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Dial>+12025550123</Dial></Response>")
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    bench.open_ports()
    await turn()
    out = bench.wire.last(sip.Invite).leg
    bench.runner.sip_event(wire.Ended(leg=out, by="failure", cause="transport", status=503))
    await turn()
    assert ("not_sent", "error") in notes(bench)
    bench.close_legs()
    await turn()
    ended = [fact for fact in bench.world.facts if fact.name() == "LegEnded"]
    assert "unreachable" in {fact.cause.value for fact in ended}  # type: ignore[attr-defined]


async def test_a_host_that_does_not_exist_is_unreachable_and_says_so(bench: Bench) -> None:
    bench.world.locate = lambda _uri, done: done(())  # type: ignore[method-assign]
    bench.number("+12025550100", "<Response><Dial><Sip>sip:a@nowhere.test</Sip></Dial></Response>")
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    assert ("unreachable", "error") in notes(bench)


async def test_sound_for_a_name_goes_where_the_signalling_comes_from(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Say>Hello</Say></Response>")
    bench.invite(
        "+12025550100",
        offer=b"v=0\r\no=- 1 1 IN IP4 192.0.2.50\r\ns=-\r\nc=IN IP4 media.example.com\r\nt=0 0\r\n"
        b"m=audio 30000 RTP/AVP 0\r\n",
    )
    bench.open_ports()
    await turn()
    connect = bench.wire.last(media.ConnectLeg)
    assert (connect.host, connect.port) == (PEER.host, 30_000)


async def test_a_call_that_waits_for_their_answer_is_hung_up_and_not_refused(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Say>Hello</Say></Response>")
    bench.invite("+12025550100", offer=b"")
    bench.open_ports()
    await turn()
    assert bench.wire.sent(sip.Answer)
    (live,) = bench.runner.calls.values()
    bench.runner.command(live, Hangup())
    assert not bench.wire.sent(sip.Reject)
    assert bench.wire.sent(sip.Bye)


async def ringing_without_an_offer(bench: Bench) -> wire.LegKey:
    """A caller who offers nothing and insists on PRACK hears a telephone of ours ring."""
    bench.registered.append((Uri.parse("sip:desk@192.0.2.60"), PEER))
    bench.invite("desk", offer=b"", extra="Require: 100rel\r\n")
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(wire.Progress(leg=invite.leg, status=180, fork="b"))
    await turn()
    ringing = bench.wire.last(sip.Provisional)
    assert ringing.reliable
    assert b"m=audio 2000" in ringing.body
    return invite.leg


def answered(leg: wire.LegKey) -> wire.Answered:
    return wire.Answered(leg=leg, peer=PEER, response=Response(200), body=sdp("sendrecv"))


async def test_ringing_carries_our_offer_where_theirs_is_missing_and_prack_is_wanted(
    bench: Bench,
) -> None:
    """RFC 3262 section 5."""
    callee = await ringing_without_an_offer(bench)
    bench.runner.sip_event(wire.OfferAnswered(leg=KEY, body=sdp("sendrecv", port=33000)))
    assert bench.wire.last(media.ConnectLeg).port == 33000
    bench.runner.sip_event(answered(callee))
    await turn()
    assert bench.wire.last(sip.Answer).leg == KEY
    assert bench.wire.last(media.Bridge)
    assert "CallAnswered" in bench.names()


async def test_the_answer_to_our_offer_may_come_after_the_callee_answered(bench: Bench) -> None:
    callee = await ringing_without_an_offer(bench)
    bench.runner.sip_event(answered(callee))
    await turn()
    assert bench.wire.last(sip.Answer).leg == KEY  # kept by the agent until the PRACK
    assert "CallAnswered" not in bench.names()
    bench.runner.sip_event(wire.OfferAnswered(leg=KEY, body=sdp("sendrecv", port=33000)))
    await turn()
    assert bench.wire.last(media.ConnectLeg).port == 33000
    bench.runner.sip_event(wire.Established(leg=KEY))
    await turn()
    assert "CallAnswered" in bench.names()
    assert not bench.wire.sent(sip.Bye)
