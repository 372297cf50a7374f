"""The words of the wire, in and out."""

import asyncio
from dataclasses import replace

import pytest
from switch_bench import PEER, Bench

from ringfence.calls.commands import Hangup
from ringfence.calls.events import LegForwarded, LegPlaced
from ringfence.kernel.ids import PhoneDeviceId
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Response
from ringfence.switch.directory import DeviceEntry
from ringfence.switch.live import LiveLeg
from ringfence.switch.signalling import is_hidden
from ringfence.switch.tolls import Tolls

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


def described(connection: str, *lines: str, session: str = "", port: int = 30000) -> bytes:
    """An offer of one audio stream, with what differs between the ways to hold."""
    head = ["v=0", "o=- 1 2 IN IP4 192.0.2.50", "s=-", f"c=IN {connection}", "t=0 0"]
    head += [session] if session else []
    media_lines = [f"m=audio {port} RTP/AVP 0 101", *lines, "a=rtpmap:101 telephone-event/8000"]
    return "".join(f"{line}\r\n" for line in (*head, *media_lines)).encode()


AWAY, NOWHERE = "IP4 192.0.2.50", "IP4 0.0.0.0"
HOLDS = {
    "sendonly": described(AWAY, "a=sendonly"),
    "inactive": described(AWAY, "a=inactive"),
    "for the whole session": described(AWAY, session="a=sendonly"),
    "inactive for the whole session": described(AWAY, session="a=inactive"),
    "RFC 2543": described(NOWHERE),
    "RFC 2543, of the medium": described(AWAY, "c=IN IP4 0.0.0.0"),
    "RFC 2543 and sendrecv": described(NOWHERE, "a=sendrecv"),
    "RFC 2543 and inactive": described(NOWHERE, "a=inactive"),
    "RFC 2543 of IPv6": described("IP6 ::"),
}
RESUMES = (
    described(AWAY, "a=sendrecv"),
    described(AWAY),
    described(AWAY, "a=recvonly"),
    described(AWAY, "a=sendrecv", session="a=sendonly"),
)


@pytest.mark.parametrize(
    ("method", "way", "resume"),
    [
        *(("INVITE", way, 0) for way in HOLDS),
        *(("INVITE", "RFC 2543", resume) for resume in range(1, len(RESUMES))),
        ("UPDATE", "sendonly", 0),
    ],
)
async def test_every_way_to_hold_lets_the_other_side_hear_music(
    bench: Bench, method: str, way: str, resume: int
) -> None:
    """RFC 3264 8.4 and B.2543: whoever cannot be heard is on hold, however it is written."""
    callee = await talking(bench)
    bench.runner.sip_event(wire.OfferReceived(leg=callee.key, method=method, offer=HOLDS[way]))
    await turn()
    caller = bench.runner.by_key[KEY].id
    assert [(play.leg, play.loop) for play in bench.wire.sent(media.Play)] == [(caller, 0)]
    assert bench.wire.sent(sip.RejectOffer) == []
    answer = bench.wire.last(sip.AnswerOffer).body
    assert b"a=inactive" in answer or b"a=recvonly" in answer
    assert b"m=audio 0" not in answer
    bench.runner.sip_event(wire.OfferReceived(leg=callee.key, method=method, offer=RESUMES[resume]))
    await turn()
    assert bench.wire.last(media.StopPlay).leg == caller
    assert bench.wire.last(media.ConnectLeg).host == "192.0.2.50"
    assert bench.wire.last(media.ConnectLeg).direction != "recvonly"


async def test_both_sides_hold_and_come_back_in_any_order(bench: Bench) -> None:
    callee = await talking(bench)
    caller = bench.runner.by_key[KEY]
    for leg in (callee, caller):
        bench.runner.sip_event(
            wire.OfferReceived(leg=leg.key, method="INVITE", offer=HOLDS["sendonly"])
        )
        await turn()
    assert {play.leg for play in bench.wire.sent(media.Play)} == {caller.id, callee.id}
    bench.runner.sip_event(wire.OfferReceived(leg=callee.key, method="INVITE", offer=RESUMES[0]))
    await turn()
    # The callee is back and still on hold: its music goes on, the caller's has ended.
    assert [stop.leg for stop in bench.wire.sent(media.StopPlay)] == [caller.id]
    bench.runner.sip_event(wire.OfferReceived(leg=caller.key, method="INVITE", offer=RESUMES[0]))
    await turn()
    assert [stop.leg for stop in bench.wire.sent(media.StopPlay)] == [caller.id, callee.id]


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
    bench.register("sip:desk@192.0.2.60")
    bench.invite("desk")
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(wire.Ended(leg=invite.leg, by=by, cause=cause, status=status))  # type: ignore[arg-type]
    bench.close_legs()
    await turn()
    ended = [f for f in bench.world.facts if f.name() == "DialEnded"]
    assert [f.cause for f in ended] == [expected]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("came", "goes"), [(70, 69), (2, 1), (1, 0), (255, 69), (None, 69)])
async def test_a_call_that_is_passed_on_has_one_hop_less(
    bench: Bench, came: int | None, goes: int
) -> None:
    """RFC 7332 section 5: else two systems that forward to each other never end."""
    bench.register("sip:desk@192.0.2.60")
    bench.invite("desk", hops=came)
    bench.open_ports()
    await turn()
    assert bench.wire.last(sip.Invite).max_forwards == goes


async def test_an_answer_that_cannot_be_heard_is_hung_up(bench: Bench) -> None:
    bench.register("sip:desk@192.0.2.60")
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


def test_a_private_address_behind_a_public_one_is_noticed() -> None:
    assert is_hidden("10.0.0.5", wire.Peer("udp", "8.8.8.8", 5060))
    assert not is_hidden("10.0.0.5", wire.Peer("udp", "10.0.0.9", 5060))
    assert not is_hidden("phone.example.com", wire.Peer("udp", "8.8.8.8", 5060))
    assert not is_hidden("10.0.0.5", None)


async def talking(bench: Bench) -> LiveLeg:
    """A caller on a trunk who talks to a phone of ours; the phone's leg."""
    bench.register("sip:desk@192.0.2.60")
    bench.invite("desk")
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    answer = wire.Answered(leg=invite.leg, peer=PEER, response=Response(200), body=sdp("sendrecv"))
    bench.runner.sip_event(answer)
    await turn()
    return bench.runner.by_key[invite.leg]


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
    bench.register("sip:desk@192.0.2.60")
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


async def ringing(bench: Bench) -> sip.Invite:
    """A phone of ours that rings for a caller on a trunk."""
    bench.directory.devices["mobile"] = DeviceEntry(id=PhoneDeviceId("PD2"), name="mobile")
    bench.register("sip:desk@192.0.2.60")
    bench.invite("desk")
    bench.open_ports()
    await turn()
    return bench.wire.last(sip.Invite)


def sent_on(bench: Bench, leg: wire.LegKey, contact: str, status: int = 302) -> None:
    bench.runner.sip_event(
        wire.Ended(
            leg=leg,
            by="remote",
            cause="refused",
            status=status,
            redirect=(NameAddr.parse(contact),) if contact else (),
        )
    )


async def test_a_forwarded_phone_rings_where_it_says(bench: Bench) -> None:
    """Same leg, a dialog of its own; who calls stays who it was."""
    first = await ringing(bench)
    sent_on(bench, first.leg, "<sip:mobile@pbx.example.com>")
    await turn()
    second = bench.wire.last(sip.Invite)
    assert second is not first
    assert second.leg != first.leg
    assert str(second.to) == "<sip:mobile@pbx.example.com>"
    assert second.from_ == first.from_
    assert [note for note, _ in notes(bench)] == ["redirected"]
    bench.runner.sip_event(
        wire.Answered(leg=second.leg, peer=PEER, response=Response(200), body=sdp("sendrecv"))
    )
    await turn()
    assert bench.names().count("LegConnected") == bench.names().count("LegPlaced") == 1
    bench.runner.sip_event(wire.Ended(leg=second.leg, by="remote", cause="bye"))
    await turn()
    assert "DialEnded" in bench.names()


async def test_a_call_that_goes_in_circles_ends_so(bench: Bench) -> None:
    first = await ringing(bench)
    sent_on(bench, first.leg, "<sip:mobile@pbx.example.com>")
    await turn()
    sent_on(bench, bench.wire.last(sip.Invite).leg, "<sip:desk@pbx.example.com>")
    await turn()
    ended = [f for f in bench.world.facts if f.name() == "DialEnded"]
    assert [f.cause for f in ended] == ["loop"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("status", "contact", "cause"),
    [
        (302, "<sip:bob@elsewhere.example.com>", "forbidden"),
        (302, "", "forbidden"),
        (301, "", "number_changed"),
        (380, "", "forbidden"),
    ],
)
async def test_a_redirection_that_is_not_followed_is_told(
    bench: Bench, status: int, contact: str, cause: str
) -> None:
    first = await ringing(bench)
    sent_on(bench, first.leg, contact, status)
    await turn()
    assert len(bench.wire.sent(sip.Invite)) == 1
    assert [note for note, _ in notes(bench)] == ["redirect_not_followed"]
    ended = [f for f in bench.world.facts if f.name() == "DialEnded"]
    assert [f.cause for f in ended] == [cause]  # type: ignore[attr-defined]


async def test_the_next_contact_is_tried_where_the_first_is_busy(bench: Bench) -> None:
    first = await ringing(bench)
    contacts = "<sip:mobile@x>;q=0.9", "<tel:+12025550177>;q=0.5"
    bench.runner.sip_event(
        wire.Ended(
            leg=first.leg,
            by="remote",
            cause="refused",
            status=300,
            redirect=tuple(NameAddr.parse(one) for one in contacts),
        )
    )
    await turn()
    sent_on(bench, bench.wire.last(sip.Invite).leg, "", 486)
    await turn()
    last = bench.wire.last(sip.Invite)
    assert last.uri.user == "+12025550177"
    # To a carrier goes a number of ours or none; the name stays here.
    assert last.from_.uri.user == "anonymous"
    sent_on(bench, last.leg, "", 486)
    await turn()
    ended = [f for f in bench.world.facts if f.name() == "DialEnded"]
    assert [f.cause for f in ended] == ["busy"]  # type: ignore[attr-defined]


async def test_who_declines_for_everybody_is_believed(bench: Bench) -> None:
    """RFC 3261 21.6: nobody else is to be asked, so no other contact is tried either."""
    first = await ringing(bench)
    contacts = "<sip:mobile@x>;q=0.9", "<tel:+12025550177>;q=0.5"
    redirect = tuple(NameAddr.parse(one) for one in contacts)
    bench.runner.sip_event(
        wire.Ended(leg=first.leg, by="remote", cause="refused", status=300, redirect=redirect)
    )
    await turn()
    sent_on(bench, bench.wire.last(sip.Invite).leg, "", 603)
    await turn()
    assert len(bench.wire.sent(sip.Invite)) == 2
    assert "DialEnded" in bench.names()


async def test_any_account_is_sent_on_to_a_number_and_it_is_told_where(bench: Bench) -> None:
    first = await ringing(bench)
    (live,) = bench.runner.calls.values()
    live.tenant = replace(live.tenant)  # another one than the installation's own
    sent_on(bench, first.leg, "<tel:+12025550177>")
    await turn()
    assert bench.wire.last(sip.Invite).uri.user == "+12025550177"
    (placed,) = [fact for fact in bench.world.facts if isinstance(fact, LegPlaced)]
    (told,) = [fact for fact in bench.world.facts if isinstance(fact, LegForwarded)]
    trunk = bench.directory.trunk_for(None)
    assert (told.leg, told.caller, told.trunk) == (placed.leg, placed.caller, trunk.id)
    assert told.party != placed.party
    sent_on(bench, bench.wire.last(sip.Invite).leg, "", 486)
    await turn()


async def test_nobody_is_sent_on_to_a_number_at_the_expense_of_who_has_no_credit(
    bench: Bench,
) -> None:
    first = await ringing(bench)
    bench.programs._tolls = Tolls(bench.clock, spent=lambda: True)
    sent_on(bench, first.leg, "<tel:+12025550177>")
    await turn()
    assert len(bench.wire.sent(sip.Invite)) == 1
    assert "LegForwarded" not in bench.names()
    assert [note for note, _ in notes(bench)] == ["redirect_not_followed"]


async def test_a_caller_who_gives_up_while_the_call_is_sent_on_leaves_nothing(
    bench: Bench,
) -> None:
    first = await ringing(bench)
    sent_on(bench, first.leg, "<sip:mobile@pbx.example.com>")
    bench.runner.sip_event(wire.Ended(leg=KEY, by="remote", cause="cancelled"))
    await turn()
    second = bench.wire.last(sip.Invite)
    assert bench.wire.last(sip.Cancel).leg == second.leg
    bench.runner.sip_event(wire.Ended(leg=second.leg, by="local", cause="cancelled"))
    bench.close_legs()
    await turn()
    assert not bench.runner.calls
    assert not bench.runner.by_key
