"""An application that a dial rings: what one end does, the other hears."""

from __future__ import annotations

import asyncio

import pytest
from switch_bench import Bench

from ringfence.accounts.resources import Application, Hook
from ringfence.calls.commands import Hangup
from ringfence.calls.events import CallOffered
from ringfence.kernel.ids import ApplicationId, own_call
from ringfence.kernel.limits import APPLICATION_DEPTH
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.switch.live import LiveCall

pytestmark = pytest.mark.anyio

APP = ApplicationId("AP" + "1" * 32)
KEY = wire.LegKey("in-1")
URL = "https://x.example/app"
PAUSE = b"<Response><Say>Hi</Say><Pause length='60'/></Response>"


async def turn(bench: Bench) -> None:
    for _ in range(60):
        bench.open_ports()
        await asyncio.sleep(0)


def dial(attributes: str = "", sid: str = APP, inside: str = "") -> str:
    return (
        f"<Response><Dial {attributes}><Application><ApplicationSid>{sid}</ApplicationSid>"
        f"{inside}</Application></Dial></Response>"
    )


async def called(bench: Bench, document: bytes, attributes: str = "", inside: str = "") -> None:
    bench.directory.applications[APP] = Application(name="Menu", voice=Hook(url=URL))
    bench.world.documents[URL] = document
    bench.number("+12025550100", dial(attributes, inside=inside))
    bench.invite("+12025550100")
    await turn(bench)


def both(bench: Bench) -> tuple[LiveCall, LiveCall]:
    parent, child = bench.runner.calls.values()
    return parent, child


async def test_the_call_has_the_digits_of_the_leg_and_both_ends_talk_to_each_other(
    bench: Bench,
) -> None:
    await called(bench, PAUSE, inside="<Parameter name='Ticket' value='9'/>")
    parent, child = both(bench)
    (leg,) = [leg for leg in parent.legs.values() if leg.inside is not None]
    (far,) = child.legs.values()
    assert (leg.inside, far.inside) == (far.id, leg.id)
    assert child.id == own_call(leg.id)
    assert child.program is not None
    (offered,) = [f for f in bench.world.facts if isinstance(f, CallOffered) and f.call == child.id]
    assert offered.application == APP
    context = child.program.context
    assert (context.called, context.parent) == (APP, parent.id)
    assert dict(context.besides) == {
        "CustomerId": bench.directory.account,
        "Param_Ticket": "9",
    }
    lines = {c.leg: c for c in bench.wire.sent(media.ConnectLeg) if not c.timeout_ms}
    assert (lines[leg.id].port, lines[far.id].port) == (far.port, leg.port)
    assert all(line.latch_ms == 0 for line in lines.values())
    assert not bench.wire.sent(sip.Invite)
    assert "LegGiven" in bench.names()


async def test_the_caller_hangs_up_and_the_application_hears_it(bench: Bench) -> None:
    await called(bench, PAUSE)
    _, child = both(bench)
    bench.runner.sip_event(wire.Ended(leg=KEY, by="remote", cause="bye", status=200))
    await turn(bench)
    assert child.call.ending
    bench.close_legs()
    await turn(bench)
    assert not bench.runner.calls
    assert not bench.runner.legs


async def test_the_application_hangs_up_and_the_dial_goes_on(bench: Bench) -> None:
    await called(bench, PAUSE)
    parent, child = both(bench)
    bench.runner.command(child, Hangup())
    await turn(bench)
    ended = [fact for fact in bench.world.facts if fact.name() == "DialEnded"]
    assert [fact.status for fact in ended] == ["completed"]  # type: ignore[attr-defined]
    assert bench.wire.sent(sip.Bye)  # nothing follows the Dial
    del parent


@pytest.mark.parametrize(("word", "status"), [("busy", "busy"), ("rejected", "busy")])
async def test_the_application_rejects(bench: Bench, word: str, status: str) -> None:
    document = f"<Response><Reject reason='{word}'/></Response>".encode()
    await called(bench, document)
    ended = [fact for fact in bench.world.facts if fact.name() == "DialEnded"]
    assert [fact.status for fact in ended] == [status]  # type: ignore[attr-defined]


async def test_who_waits_for_the_bridge_hears_the_application_ring(bench: Bench) -> None:
    bench.world.documents[URL] = PAUSE
    await called(bench, b"<Response><Dial>sip:nobody@192.0.2.77</Dial></Response>")
    assert bench.wire.sent(sip.Answer)
    await called(bench, PAUSE, "answerOnBridge='true'")
    assert bench.wire.sent(sip.Provisional)


@pytest.mark.parametrize("sid", ["AP" + "2" * 32, "nonsense"])
async def test_no_such_application(bench: Bench, sid: str) -> None:
    bench.number("+12025550100", dial(sid=sid))
    bench.invite("+12025550100")
    await turn(bench)
    ended = [fact for fact in bench.world.facts if fact.name() == "DialEnded"]
    assert [fact.cause for fact in ended] == ["unallocated"]  # type: ignore[attr-defined]
    notes = [f.code for f in bench.world.facts if f.name() == "TimelineNoted"]  # type: ignore[attr-defined]
    assert "application_refused" in notes


async def test_applications_that_dial_themselves_stop_at_a_depth(bench: Bench) -> None:
    await called(bench, dial().encode())
    for _ in range(5):
        await turn(bench)
    offered = bench.names().count("CallOffered")
    assert offered == 1 + APPLICATION_DEPTH


async def test_where_no_port_is_left_the_dial_fails(bench: Bench) -> None:
    bench.directory.applications[APP] = Application(name="Menu", voice=Hook(url=URL))
    bench.world.documents[URL] = PAUSE
    bench.number("+12025550100", dial())
    bench.invite("+12025550100")
    bench.open_ports()
    for _ in range(60):
        await asyncio.sleep(0)
    for command in bench.wire.sent(media.OpenLeg)[1:]:
        bench.link.heard(media.LegFailed(leg=command.leg, reason="no_port"))
    for _ in range(60):
        await asyncio.sleep(0)
    bench.close_legs()
    assert "DialEnded" in bench.names()
