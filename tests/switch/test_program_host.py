"""What programs ask of the world."""

import asyncio

import pytest
from switch_bench import Bench

from ringfence.calls import commands
from ringfence.kernel.ids import CallId, ClipId, PhoneDeviceId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Fetch, LoadMedia, Speak
from ringfence.media.engine import protocol as media
from ringfence.sip import events as wire
from ringfence.switch.live import LiveCall
from ringfence.switch.ports import Clip

pytestmark = pytest.mark.anyio


async def turn() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def a_call(bench: Bench) -> LiveCall:
    bench.register("sip:desk@192.0.2.60")
    bench.invite("desk")
    await turn()
    (live,) = bench.runner.calls.values()
    return live


async def test_a_failing_document_is_said_and_the_call_ends_politely(bench: Bench) -> None:
    from ringfence.kernel.ids import NumberId
    from ringfence.switch.directory import NumberEntry, UrlRoute

    bench.directory.numbers["+12025550100"] = NumberEntry(
        id=NumberId("PN1"),
        phone=Phone("+12025550100"),
        route=UrlRoute(url="https://example.com/gone"),
    )
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    assert any("sorry" in text for text in bench.world.spoken)
    notes = [f for f in bench.world.facts if f.name() == "TimelineNoted"]
    assert [n.code for n in notes] == ["fetch_status"]  # type: ignore[attr-defined]


async def test_dialled_targets_get_their_parties(bench: Bench) -> None:
    targets = (
        commands.DialTarget(endpoint=commands.ToPhone(phone=Phone("+12025550123"))),
        commands.DialTarget(endpoint=commands.ToSip(uri="sip:bob@example.com")),
        commands.DialTarget(endpoint=commands.ToDevice(device=PhoneDeviceId("PD1"))),
    )
    live = await a_call(bench)
    prepared = bench.runner.tenant.host.prepared(live, commands.Dial(targets=targets))
    assert isinstance(prepared, commands.Dial)
    now = bench.clock.now()
    assert [target.party for target in prepared.targets] == [
        bench.world.resolve(Phone("+12025550123"), now),
        bench.world.resolve("sip:bob@example.com", now),
        bench.world.resolve("sip:desk@pbx.example.com", now),
    ]
    assert bench.runner.tenant.host.prepared(live, commands.Answer()) == commands.Answer()


@pytest.mark.promise("DSR-01")
async def test_a_dialled_number_goes_by_a_trunk_and_the_facts_say_by_which(bench: Bench) -> None:
    phone = commands.DialTarget(endpoint=commands.ToPhone(phone=Phone("+12025550123")))
    desk = commands.DialTarget(endpoint=commands.ToDevice(device=PhoneDeviceId("PD1")))
    host = bench.runner.tenant.host
    carrier = bench.directory.trunk_for(None).id
    live = await a_call(bench)
    assert [host.with_party(live, one).trunk for one in (phone, desk)] == [carrier, None]
    bench.directory.trunks.clear()
    assert host.with_party(live, phone).trunk is None  # said when the leg is placed


async def test_answers_for_a_call_that_is_over_are_dropped(bench: Bench) -> None:
    host = bench.runner.tenant.host
    for request in (
        Fetch(request=1, url="https://example.com"),
        Speak(request=2, text="Hello"),
        LoadMedia(request=3, url="https://example.com/a.wav"),
    ):
        host.perform("CA" + "0" * 32, request)  # type: ignore[arg-type]
    await turn()
    host.forget("CA" + "0" * 32)  # type: ignore[arg-type]
    assert not bench.runner.calls


@pytest.mark.promise("TEL-17")
async def test_what_a_call_fetched_goes_with_the_call(bench: Bench) -> None:
    sound = Clip(ClipId("CL9"), 8000, bytes(160))

    async def load(_call: CallId, _request: LoadMedia, /) -> Clip:
        return sound

    bench.world.load = load  # type: ignore[method-assign, assignment]
    bench.number("+12025550100", "<Response><Play>https://example.com/a.wav</Play></Response>")
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    assert bench.world.get(sound.id) is sound
    assert [c.clip for c in bench.wire.sent(media.LoadClip)] == [sound.id]
    bench.runner.sip_event(wire.Ended(leg=wire.LegKey("in-1"), by="remote", cause="bye"))
    await turn()
    bench.close_legs()
    await turn()
    assert not bench.runner.calls
    assert bench.world.get(sound.id) is None
    assert [c.clip for c in bench.wire.sent(media.DropClip)] == [sound.id]
