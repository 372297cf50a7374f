"""An offer of nothing that we speak: refused at once, and a call on the books."""

import asyncio
from dataclasses import replace

import pytest
from switch_bench import Bench

from ringfence.accounts.resources import Hook
from ringfence.calls import events
from ringfence.calls.diagnosis import diagnose
from ringfence.numbers.options import NumberOptions
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.switch.sessions import Sessions
from ringfence.switch.unfit import Offer, Unfit, judge

pytestmark = pytest.mark.anyio

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
GOOD = HEAD + "m=audio 30000 RTP/AVP 0\r\n"
BAD = [
    (GOOD.replace("AVP 0", "AVP 18"), 488, 305, "offer_codecs"),
    (GOOD.replace("RTP/AVP", "RTP/SAVP"), 488, 302, "offer_protocol"),
    (GOOD.replace("audio", "video"), 488, 304, "offer_no_audio"),
    (GOOD.replace("30000", "0"), 488, 304, "offer_no_audio"),
    (GOOD.replace("IP4 192.0.2.9", "IP6 2001:db8::9"), 488, 300, "offer_ip_version"),
    (GOOD.replace("c=IN IP4 192.0.2.9", "c=IN IP4 233.252.0.1"), 488, 330, "offer_multicast"),
    (GOOD.replace("c=IN IP4 192.0.2.9\r\n", ""), 488, 399, "offer_unreadable"),
    ("this is not SDP", 400, 399, "offer_unreadable"),
]


def test_what_can_be_taken_is_taken() -> None:
    sessions = Sessions("192.0.2.1")
    offer = judge(GOOD.encode(), sessions)
    assert isinstance(offer, Offer)
    assert offer.choice.codec == "PCMU"
    assert judge(b"", sessions) is None


@pytest.mark.parametrize(("body", "status", "warning", "code"), BAD)
def test_why_not_is_told_to_both_sides(body: str, status: int, warning: int, code: str) -> None:
    unfit = judge(body.encode(), Sessions("192.0.2.1"))
    assert isinstance(unfit, Unfit)
    assert (unfit.status, unfit.warning, unfit.note.code) == (status, warning, code)
    refusal = unfit.refusal(wire.LegKey("k"))
    assert refusal.status == status
    ((name, value),) = refusal.headers
    assert name == "Warning"
    assert value.startswith(f'{warning} ringfence "')


@pytest.mark.parametrize(("body", "status", "warning", "code"), BAD)
@pytest.mark.parametrize("username", ["", "desk"])
async def test_somebody_tried_and_the_books_say_so(
    bench: Bench, body: str, status: int, warning: int, code: str, username: str
) -> None:
    del warning
    bench.number("+12025550100", "<Response><Say>Hello.</Say></Response>")
    bench.invite("+12025550100", offer=body.encode(), username=username)
    (refusal,) = bench.wire.sent(sip.Reject)
    assert refusal.status == status
    assert not bench.wire.media  # no port was opened for it
    bench.runner.sip_event(wire.Ended(leg=refusal.leg, by="local", cause="refused", status=status))
    await asyncio.sleep(0)
    assert bench.names() == ["CallOffered", "TimelineNoted", "LegEnded", "CallEnded"]
    end = bench.world.facts[-1]
    assert isinstance(end, events.CallEnded)
    assert (end.cause, end.missed, end.answered_at) == ("not_acceptable", True, None)
    (found,) = diagnose(bench.world.facts)
    assert (found.severity, found.code) == ("fault", code)
    assert found.remedy
    runner = bench.runner
    assert (runner.calls, runner.legs, runner.by_key) == ({}, {}, {})


async def test_whoever_follows_the_number_hears_that_it_failed(bench: Bench) -> None:
    bench.number("+12025550100", "<Response/>")
    entry = bench.directory.numbers["+12025550100"]
    options = NumberOptions(status=Hook(url="https://example.com/s"))
    bench.directory.add_number(replace(entry, options=options))
    bench.invite("+12025550100", offer=b"this is not SDP")
    (told,) = bench.world.callbacks
    assert dict(told.params)["CallStatus"] == "failed"


async def test_a_number_that_leads_nowhere_is_not_found_whatever_was_offered(bench: Bench) -> None:
    bench.invite("+12025550100", offer=b"this is not SDP")
    assert bench.wire.last(sip.Reject).status == 404
    assert not bench.world.facts


async def test_storage_that_takes_nothing_is_said_as_to_any_call(bench: Bench) -> None:
    bench.number("+12025550100", "<Response/>")
    bench.world.no_writes = True
    bench.invite("+12025550100", offer=b"this is not SDP")
    assert bench.wire.last(sip.Reject).status == 503
    assert not bench.runner.calls
