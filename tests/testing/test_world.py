"""The whole system in virtual time.

Invariant: whatever callers, carriers and the network do, every call ends exactly once; its facts
are in order and its record agrees with them; and when the last timer has run out no call, leg,
port, file, key, timer or task of it is held.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from chaos_scene import QUALITIES, bustle, chaos

from ringfence.calls.commands import Hangup
from ringfence.calls.events import CallEnded, CallFact
from ringfence.testing.network import GOOD, Quality
from ringfence.testing.phone_call import PhoneCall
from ringfence.testing.trace import Trace
from ringfence.testing.world import SERVER, Leak, Untrue, World, simulate

NUMBER = "+12025550100"
NEXT = "https://example.com/next"
MENU = (
    f"<Response><Gather numDigits='1' timeout='3' action='{NEXT}'><Say>Press.</Say></Gather>"
    "</Response>"
)
BAD = Quality(loss=200, reorder=100, duplicate=200, delay_ms=30, jitter_ms=40)
SEEDS = int(os.environ.get("RINGFENCE_WORLDS", "10"))
"""Worlds of the property test; a night's search sets thousands."""


# --- the invariant ------------------------------------------------------------------------------


@pytest.mark.parametrize("first", range(0, SEEDS, 5))
def test_every_call_ends_once_and_leaves_nothing(first: int, tmp_path: Path) -> None:
    ended: Counter[str] = Counter()
    for seed in range(first, min(first + 5, SEEDS)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        ended += chaos(seed, folder)
    assert sum(ended.values()) > 10


@pytest.mark.parametrize("seed", [3, 4])
def test_a_world_on_a_real_data_folder_keeps_what_happened(seed: int, tmp_path: Path) -> None:
    causes = simulate(
        bustle, seed=seed, folder=tmp_path, quality=QUALITIES[seed % len(QUALITIES)], stored=True
    )
    assert sum(causes.values()) > 1


async def crowd(world: World, callers: int) -> list[CallEnded]:
    world.board.number(NUMBER, twiml=MENU)
    world.board.web.documents[NEXT] = b"<Response><Say>Thank you.</Say></Response>"

    async def one(number: int) -> None:
        await asyncio.sleep(world.below(10_000) / 1000)
        async with world.phone(username=f"caller{number}") as phone:
            call = await phone.call(world.address(NUMBER))
            await call.press(str(number % 10))
            await call.wait_over()

    await asyncio.gather(*(one(number) for number in range(callers)))
    return [fact for fact in world.board.facts.facts if isinstance(fact, CallEnded)]


def test_a_hundred_callers_are_served_each_by_themselves(tmp_path: Path) -> None:
    async def scene(world: World) -> list[CallEnded]:
        return await crowd(world, 100)

    ended = simulate(scene, seed=5, folder=tmp_path)
    assert len(ended) == len({record.call for record in ended}) == 100
    assert {(record.cause.value, record.hung_up_by) for record in ended} == {("normal", "system")}


# --- the same seed, the same world --------------------------------------------------------------


def traced(seed: int, folder: Path, quality: Quality = BAD) -> Trace:
    async def scene(world: World) -> Trace:
        await bustle(world)
        return world.trace

    folder.mkdir()
    return simulate(scene, seed=seed, folder=folder, quality=quality)


def test_the_same_seed_is_the_same_world_and_another_is_another(tmp_path: Path) -> None:
    first, again = traced(3, tmp_path / "first"), traced(3, tmp_path / "again")
    assert first.datagrams > 500
    assert first.lines == again.lines
    assert first.digest == again.digest
    assert traced(12, tmp_path / "other").digest != first.digest


def test_the_order_of_a_set_decides_nothing(tmp_path: Path) -> None:
    here = traced(3, tmp_path / "here").digest
    code = (
        "import sys, pathlib, test_world\n"
        "print(test_world.traced(3, pathlib.Path(sys.argv[1])).digest)"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    there = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "there")],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert there.stdout.split()[-1] == here


# --- the network --------------------------------------------------------------------------------


async def menu(world: World) -> tuple[PhoneCall, list[str]]:
    world.board.number(NUMBER, twiml=MENU)
    world.board.web.documents[NEXT] = b"<Response><Say>Thank you.</Say></Response>"
    async with world.phone(username="caller") as phone:
        call = await phone.call(world.address(NUMBER), wait=40)
        await call.audio.talking.wait()
        pressing = asyncio.create_task(call.press("5"))
        await call.wait_over(60)
        pressing.cancel()
    return call, [fact.name() for fact in world.board.facts.facts]


@pytest.mark.parametrize(
    "quality",
    [
        Quality(loss=250),
        Quality(duplicate=1_000),
        Quality(reorder=400, hold_ms=700, delay_ms=5),
        Quality(delay_ms=300, jitter_ms=200),
        BAD,
    ],
    ids=["loss", "copies", "overtaking", "delay", "everything"],
)
def test_a_menu_works_over_a_bad_network(quality: Quality, tmp_path: Path) -> None:
    call, names = simulate(menu, seed=2, folder=tmp_path, quality=quality)
    assert call.end is not None
    assert names[0] == "CallOffered"
    assert Counter(names)["DigitsCollected"] == 1
    assert names[-1] == "CallEnded"


def test_a_copied_invite_is_one_call(tmp_path: Path) -> None:
    async def scene(world: World) -> list[CallFact]:
        await menu(world)
        return world.board.facts.facts

    facts = simulate(scene, seed=2, folder=tmp_path, quality=Quality(duplicate=1_000, jitter_ms=90))
    assert len({fact.call for fact in facts}) == 1


def test_a_minute_of_a_call_takes_a_minute_of_the_world(tmp_path: Path) -> None:
    async def scene(world: World) -> int:
        world.board.number(NUMBER, twiml="<Response><Say>Hi.</Say><Pause length='60'/></Response>")
        async with world.phone(username="caller") as phone:
            began = world.clock.now()
            call = await phone.call(world.address(NUMBER))
            await call.wait_over(90)
            return world.clock.now() - began

    assert 60_000 <= simulate(scene, seed=1, folder=tmp_path, quality=GOOD) <= 61_000


def test_whoever_asked_for_a_transfer_may_hang_up_and_hears_how_it_went(tmp_path: Path) -> None:
    async def scene(world: World) -> tuple[list[str], list[str]]:
        board = world.board
        board.number(
            NUMBER, twiml="<Response><Dial><Sip>sip:desk@192.0.2.1</Sip></Dial></Response>"
        )
        for name in ("desk", "colleague"):
            board.phone(name, "secret")
        async with (
            world.phone(username="desk", password="secret") as desk,
            world.phone(username="colleague", password="secret") as colleague,
            world.phone(username="caller") as caller,
        ):
            await desk.register(world.registrar)
            await colleague.register(world.registrar)
            placed = caller.dial(world.address(NUMBER))
            talk = await desk.next_call()
            await talk.answer()
            await asyncio.sleep(1)
            talk.refer(world.address("colleague"))
            moved = await colleague.next_call()
            await asyncio.sleep(1)
            await talk.hang_up()
            before = len(world.trace.lines)
            await moved.answer()
            await asyncio.sleep(2)
            assert placed.audio.received > 0
            await placed.hang_up()
            await moved.wait_over()
        told = [line for line in world.trace.lines[before:] if desk.host in line]
        return told, [fact.name() for fact in board.facts.facts]

    told, names = simulate(scene, seed=3, folder=tmp_path)
    assert "LegTransferred" in names
    assert len([line for line in told if f"{SERVER} > " in line and " NOTIFY " in line]) == 1


def test_a_trunk_comes_back_when_its_carrier_does(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        board = world.board
        board.number(NUMBER, twiml="<Response><Say>Hi.</Say></Response>")
        async with world.carrier(username="office", password="secret", expires=60) as carrier:
            trunk = board.register_at(
                carrier.host, carrier.port, username="office", password="secret"
            )
            await carrier.registered(40)
            granted = carrier.grants
            await asyncio.sleep(300)
            assert 300 / 60 <= carrier.grants - granted <= 300 / 28
            carrier.down = True
            await asyncio.sleep(1_800)
            carrier.down = False
            granted = carrier.grants
            await asyncio.sleep(1_800)  # the longest pause between two tries
            assert carrier.grants > granted
            call = await carrier.call(NUMBER, caller="+12025550123")
            await call.wait_over()
            board.leave(trunk)
            await carrier.unregistered()

    simulate(scene, seed=6, folder=tmp_path, quality=Quality(delay_ms=20))


# --- what a test is told ------------------------------------------------------------------------


async def talk(world: World) -> PhoneCall:
    world.board.number(NUMBER, twiml="<Response><Say>Hi.</Say><Pause length='600'/></Response>")
    phone = world.phone(username="caller")
    await phone.open()
    return await phone.call(world.address(NUMBER))


def test_a_call_that_goes_on_is_a_leak(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        await talk(world)

    with pytest.raises(Leak, match=r"call CA.*media leg.*port 20000"):
        simulate(scene, seed=1, folder=tmp_path)


def test_a_forgotten_file_is_a_leak(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        (tmp_path / "left").write_bytes(b"x")
        del world

    with pytest.raises(Leak, match="file left"):
        simulate(scene, seed=1, folder=tmp_path)


def test_facts_that_contradict_each_other_are_untrue(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        world.board.number(NUMBER, twiml="<Response><Say>Hi.</Say></Response>")
        async with world.phone(username="caller") as phone:
            call = await phone.call(world.address(NUMBER))
            await call.wait_over()
        world.board.facts.facts.pop()

    with pytest.raises(Untrue, match="ends with LegEnded"):
        simulate(scene, seed=1, folder=tmp_path)


def test_an_exception_nobody_caught_is_the_tests(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        def fail() -> None:
            raise KeyError("mine")

        asyncio.get_running_loop().call_soon(fail)
        del world

    with pytest.raises(KeyError, match="mine"):
        simulate(scene, seed=1, folder=tmp_path)
    simulate(scene, seed=1, folder=tmp_path, faults=True)


def test_a_scenes_dice_fall_as_the_seed_says(tmp_path: Path) -> None:
    async def scene(world: World) -> tuple[list[int], list[bool]]:
        return [world.below(6) for _ in range(500)], [world.chance(50) for _ in range(500)]

    first, again = (simulate(scene, seed=9, folder=tmp_path) for _ in range(2))
    assert first == again
    assert set(first[0]) == set(range(6))
    assert set(first[1]) == {True, False}


def test_an_operator_hangs_up(tmp_path: Path) -> None:
    async def scene(world: World) -> str:
        call = await talk(world)
        (live,) = world.board.runner.calls.values()
        world.board.runner.command(live, Hangup())
        await call.wait_over()
        (record,) = (f for f in world.board.facts.facts if isinstance(f, CallEnded))
        return record.hung_up_by

    assert simulate(scene, seed=1, folder=tmp_path) == "system"
