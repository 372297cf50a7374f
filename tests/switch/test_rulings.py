"""What may be recorded: the parties of a call, as the law sees them, and the lock behind it."""

import asyncio

import pytest
from switch_bench import Bench

from ringfence.calls import commands, effects, inputs
from ringfence.config import load
from ringfence.kernel.ids import LegId, PhoneDeviceId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.media.engine import protocol as media
from ringfence.switch.directory import DeviceEntry
from ringfence.switch.rulings import House, NobodySpoke, Rulings, Side

pytestmark = pytest.mark.anyio

OURS = "+12025550100"
NOW = 1_780_000_000_000


async def turn() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


def rulings(bench: Bench, **house: object) -> Rulings:
    return Rulings(
        choices=bench.world,
        directory=bench.directory,
        domain="pbx.example.com",
        house=House(**house),  # type: ignore[arg-type]
    )


def rule(bench: Bench, *addresses: Phone | str, **house: object) -> commands.RuleRecording:
    sides = [
        Side(address, bench.world.resolve(address, NOW) if address else None)
        for address in addresses
    ]
    return rulings(bench, **house).rule("dial", sides, own=Phone(OURS), beep=False, now=NOW)


@pytest.mark.parametrize(
    ("address", "place", "standing"),
    [
        (Phone("+14155550123"), "US-CA", "person"),
        (Phone("+447700900123"), "GB", "person"),
        ("sip:+14155550123@carrier.example", "US-CA", "person"),
        ("sip:bob@example.com", "", "person"),
        ("sip:nobody@pbx.example.com", "", "person"),
        ("sip:desk@pbx.example.com", "US-DC", "staff"),
        ("sip:desk@elsewhere.example", "", "person"),
        (Phone(OURS), "US-DC", "staff"),
        ("", "", "person"),
        ("not an address", "", "person"),
    ],
)
async def test_a_party_lives_somewhere_and_is_ours_or_not(
    bench: Bench, address: Phone | str, place: str, standing: str
) -> None:
    bench.directory.devices["desk"] = DeviceEntry(id=PhoneDeviceId("PD1"), name="desk")
    bench.number(OURS, "<Response/>")
    found = rule(bench, address)
    assert (found.places, found.standings) == ((place,), (standing,))


@pytest.mark.parametrize(
    ("house", "own", "place"),
    [
        ({}, Phone("+442079460001"), "GB"),
        ({"country": "DE"}, "sip:x@y.example", "DE"),
        ({"country": "US"}, "", "US-??"),
        ({"place": "US"}, Phone("+442079460001"), "US-??"),
        ({"place": "US-TX", "country": "DE"}, "", "US-TX"),
        ({}, "", ""),
    ],
)
async def test_our_own_people_live_where_the_account_says_or_its_number(
    bench: Bench, house: dict[str, str], own: Phone | str, place: str
) -> None:
    bench.directory.devices["desk"] = DeviceEntry(id=PhoneDeviceId("PD1"), name="desk")
    sides = [Side("sip:desk@pbx.example.com", None)]
    found = rulings(bench, **house).rule("dial", sides, own=own, beep=False, now=NOW)
    assert found.places == (place,)


async def test_what_people_said_before_counts(bench: Bench) -> None:
    german = Phone("+493023125000")
    party = bench.world.resolve(german, NOW)
    assert rule(bench, german).outcome == "ask"
    bench.world.consents[party] = "given"
    assert rule(bench, german).outcome == "record"
    bench.world.consents[party] = "refused"
    assert rule(bench, german).outcome == "never"
    bench.world.consents.clear()
    bench.world.left_alone.add(party)
    assert rule(bench, german).rules == ("restriction",)


def test_the_settings_are_the_houses_word(tmp_path) -> None:  # type: ignore[no-untyped-def]
    flags = {
        "recording": "announce", "recording_hours": "09:00-17:30@Europe/Berlin",
        "recording_place": "us-tx", "country": "DE",
    }  # fmt: skip
    house = House.of(load(tmp_path, environment={}, flags=flags))
    assert house == House(
        policy="announce", hours=(540, 1050), zone="Europe/Berlin", place="US-TX", country="DE"
    )
    assert House.of(load(tmp_path, environment={}, flags={})) == House()


def test_who_never_spoke_is_unknown() -> None:
    nobody = NobodySpoke()
    assert nobody.recording_consent("PA1") == "unknown"  # type: ignore[arg-type]
    assert not nobody.restricted("PA1")  # type: ignore[arg-type]


# --- the lock -------------------------------------------------------------------------------------


@pytest.mark.promise("TEL-07")
async def test_nothing_is_recorded_on_which_nobody_ruled(bench: Bench) -> None:
    """Whatever asks for a recording: without a ruling no key is made and no file is opened."""
    bench.number(OURS, "<Response><Say>Hi</Say><Pause length='60'/></Response>")
    bench.invite(OURS)
    bench.open_ports()
    await turn()
    (live,) = bench.runner.calls.values()
    bench.runner.command(live, commands.StartRecording(source="call"))
    await turn()
    assert bench.wire.sent(media.StartRecording) == []
    failed = [fact for fact in bench.world.facts if fact.name() == "RecordingFailed"]
    assert [fact.reason for fact in failed] == ["refused"]  # type: ignore[attr-defined]
    assert list(bench.world._tmp.iterdir()) == []


@pytest.mark.promise("TEL-07")
async def test_the_voice_of_somebody_on_whom_nobody_ruled_is_not_recorded(
    bench: Bench,
) -> None:
    bench.number(OURS, "<Response><Say>Hi</Say><Pause length='60'/></Response>")
    bench.invite(OURS)
    bench.open_ports()
    await turn()
    (live,) = bench.runner.calls.values()
    first = live.call.first_leg
    assert first is not None
    caller, other = bench.world.facts[0].caller, "PA" + "9" * 32  # type: ignore[attr-defined]
    ruling = rule(bench, Phone("+12125550123"))
    bench.runner.command(live, ruling)
    assert live.call.may_record("dial", [caller]) is False  # one party, and nobody knows
    bench.runner.command(live, commands.TellRecording(
        source="dial", kind="announce", answer="heard", text="0", version="1", language="en"
    ))  # fmt: skip
    assert live.call.may_record("dial", [caller])
    assert not live.call.may_record("dial", [caller, other])  # type: ignore[list-item]
    assert not live.call.may_record("call", [caller])
    bench.runner._carry_out(
        live,
        effects.StartRecording(
            recording=RecordingId("RE" + "1" * 32),
            source="dial",
            channels=(
                effects.Channel(leg=first, incoming=True, party=caller),
                effects.Channel(leg=LegId("LGx"), incoming=True, party=other),  # type: ignore[arg-type]
            ),
            max_ms=1_000,
            silence_ms=0,
            beep=False,
            mixed=False,
        ),
    )
    assert isinstance(live.inbox[-1], inputs.EffectFailed)
    assert bench.wire.sent(media.StartRecording) == []
    assert list(bench.world._tmp.iterdir()) == []


@pytest.mark.promise("TEL-07")
async def test_a_ruling_is_a_fact_with_everything_it_was_decided_from(bench: Bench) -> None:
    bench.number(OURS, "<Response><Record/></Response>")
    bench.invite(OURS)
    bench.open_ports()
    await turn()
    names = bench.names()
    assert names.index("RecordingRuled") < names.index("RecordingRequested")
    (ruled,) = (fact for fact in bench.world.facts if fact.name() == "RecordingRuled")
    assert ruled.rules == ("voicemail-informed",)  # type: ignore[attr-defined]
    assert ruled.beep  # type: ignore[attr-defined]
    assert bench.wire.sent(media.StartRecording)


@pytest.mark.promise("TEL-08")
@pytest.mark.promise("TEL-07")
async def test_a_caller_who_refused_for_ever_leaves_no_voicemail(bench: Bench) -> None:
    bench.number(OURS, "<Response><Record/><Say>Bye</Say></Response>")
    caller = bench.world.resolve(Phone("+12025550123"), NOW)
    bench.world.consents[caller] = "refused"
    bench.invite(OURS)
    bench.open_ports()
    await turn()
    assert bench.world.facts[0].caller == caller  # type: ignore[attr-defined]
    assert bench.wire.sent(media.StartRecording) == []
    assert list(bench.world._tmp.iterdir()) == []
    assert "Bye" in bench.world.spoken


async def test_whose_words_may_be_written_down(bench: Bench) -> None:
    caller = bench.world.resolve(Phone("+447700900123"), NOW)
    said = {word: rulings(bench, written=word) for word in ("recorded", "agreed", "never")}
    assert [one.writes for one in said.values()] == [True, True, False]

    def found() -> list[bool]:
        return [one.may_be_written(caller) for one in said.values()]

    assert found() == [True, False, False]
    assert [one.may_be_written(None) for one in said.values()] == found()
    bench.world.written[caller] = "given"
    assert found() == [True, True, False]
    bench.world.left_alone.add(caller)
    assert found() == [False, False, False]
