"""The server of a world: what an operator sets up works, and what is still held is named."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ringfence.calls.events import CallEnded
from ringfence.kernel.errors import Refused
from ringfence.markup.context import Source
from ringfence.office.first_start import demo_flow
from ringfence.testing.carrier import Subscriber
from ringfence.testing.phone import CallFailed
from ringfence.testing.world import World, simulate

NUMBER = "+12025550100"
FRIEND = "+12025550150"
GREET = "<Response><Say>Hello there.</Say></Response>"


def test_a_number_a_url_and_a_registered_phone_answer(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        board = world.board
        board.number(NUMBER, twiml=GREET)
        board.number("+12025550101", url="https://example.com/voice")
        board.web.documents["https://example.com/voice"] = GREET.encode()
        board.phone("desk", "secret")
        async with (
            world.phone(username="desk", password="secret") as desk,
            world.phone(username="caller") as caller,
        ):
            await desk.register(world.registrar)
            for number in (NUMBER, "+12025550101"):
                call = await caller.call(world.address(number))
                await call.wait_over()
                assert call.audio.loudness() > 100
            placed = caller.dial(world.address("desk"))
            taken = await desk.next_call()
            await taken.answer()
            await asyncio.sleep(0.5)
            await placed.hang_up()
            await taken.wait_over()

    simulate(scene, seed=1, folder=tmp_path)


def test_a_phone_with_another_password_does_not_register(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        world.board.phone("desk", "secret")
        async with world.phone(username="desk", password="guess") as desk:
            with pytest.raises(CallFailed) as failed:
                await desk.register(world.registrar)
            assert failed.value.status in {401, 403}

    simulate(scene, seed=1, folder=tmp_path)


def test_a_stranger_is_not_served_and_a_trusted_host_is(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        world.board.number(NUMBER, twiml=GREET)
        async with world.phone(username="scanner", trusted=False) as stranger:
            with pytest.raises((CallFailed, TimeoutError)):
                await stranger.call(world.address(NUMBER), wait=3)
            world.board.trust("office", stranger.host)
            call = await stranger.call(world.address(NUMBER))
            await call.wait_over()

    simulate(scene, seed=1, folder=tmp_path)


def test_a_trunk_registers_carries_calls_both_ways_and_leaves(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        board = world.board
        board.number(NUMBER, twiml=GREET)
        async with world.carrier(username="office", password="secret") as carrier:
            trunk = board.register_at(
                carrier.host, carrier.port, username="office", password="secret"
            )
            await carrier.registered()
            call = await carrier.call(NUMBER, caller="+12025550123")
            await call.wait_over()
            carrier.subscribers[FRIEND] = Subscriber()
            board.outgoing.place(FRIEND, source=Source(document=GREET))
            friend = await carrier.next_call()
            await friend.wait_over()
            assert friend.audio.loudness() > 100
            board.leave(trunk)
            await carrier.unregistered()
            with pytest.raises(Refused):
                board.outgoing.place(FRIEND, source=Source(document=GREET))
        ended = [fact for fact in board.facts.facts if isinstance(fact, CallEnded)]
        assert [fact.direction for fact in ended] == ["inbound", "outbound"]
        assert [fact.cause.value for fact in ended] == ["normal", "normal"]

    simulate(scene, seed=1, folder=tmp_path)


def test_a_flow_answers(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        world.board.flow("parrot", demo_flow("echo"))
        async with world.phone(username="caller") as caller:
            call = await caller.call(world.address("parrot"))
            await asyncio.sleep(6)  # while the prompt is spoken
            call.audio.say_tone(440, seconds=1)
            await asyncio.sleep(1)
            heard = len(call.audio.heard) // 8
            assert call.audio.loudness(heard - 500, heard) > 100
            await call.hang_up()

    simulate(scene, seed=1, folder=tmp_path)


def test_what_a_call_holds_is_named_while_it_goes_on(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        world.board.number(NUMBER, twiml="<Response><Record maxLength='60'/></Response>")
        async with world.phone(username="caller") as caller:
            call = await caller.call(world.address(NUMBER))
            call.audio.say_tone(440, seconds=3)
            await asyncio.sleep(2)
            held = " ".join(world.board.leftovers())
            for what in (
                "call CA",
                "leg LG",
                "SIP key",
                "media leg",
                "recording RE",
                "file RE",
                "port 2000",
                "open files of RE",
                "1 legs",
                "1 dialogs",
            ):
                assert what in held
            await call.hang_up()

    simulate(scene, seed=1, folder=tmp_path)


def test_each_ladder_is_climbed_by_its_own_kind_of_step(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        world.board.number(NUMBER, url="https://example.com/voice")
        world.board.web.documents["https://example.com/voice"] = (
            b"<Response><Record maxLength='1'/><Hangup/></Response>"
        )
        async with world.phone(username="caller") as caller:
            call = await caller.call(world.address(NUMBER))
            call.audio.say_tone(440, seconds=3)
            await asyncio.sleep(3)
            if not call.over.is_set():
                await call.hang_up()
        ladders = world.ladders
        for ladder in (
            ladders.writes,
            ladders.records,
            ladders.fetches,
            ladders.sends,
            ladders.orders,
        ):
            assert ladder.steps > 0

    simulate(scene, seed=1, folder=tmp_path)
