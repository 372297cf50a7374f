"""Two calls whose audio different media workers carry talk as if one did."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tones import hears, until

from ringfence.calls import conference
from ringfence.calls.events import CallEnded, ConferenceLeft, DialEnded, QueueLeft
from ringfence.media.engine import protocol as media
from ringfence.testing.phone_call import PhoneCall
from ringfence.testing.world import World, simulate

WAIT, AGENT, ROOM, MUTED = "+12025550120", "+12025550121", "+12025550122", "+12025550123"


def run(scene: Callable[[World], Awaitable[None]], folder: Path, **options: int) -> None:
    async def whole(world: World) -> None:
        board = world.board
        board.number(WAIT, twiml="<Response><Enqueue>q</Enqueue></Response>")
        board.number(AGENT, twiml="<Response><Dial><Queue>q</Queue></Dial></Response>")
        board.number(
            ROOM,
            twiml="<Response><Dial hangupOnStar='true'><Conference beep='false'>r</Conference>"
            "</Dial><Pause length='60'/></Response>",
        )
        await scene(world)

    simulate(whole, seed=3, folder=folder, **({"workers": 2} | options))  # type: ignore[arg-type]


def keeping(send: Callable[[media.Command], None], kept: list[media.Command]) -> Any:
    def both(command: media.Command) -> None:
        kept.append(command)
        send(command)

    return both


async def tone(call: PhoneCall, hertz: int) -> None:
    call.audio.say_tone(hertz, seconds=60, level=6_000)


def test_a_caller_and_an_agent_of_two_workers_talk_and_part(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        async with world.phone(username="caller") as one, world.phone(username="agent") as two:
            caller = await one.call(world.address(WAIT))
            agent = await two.call(world.address(AGENT))
            first, second = world.board.links
            await tone(caller, 440)
            await tone(agent, 880)
            await until(lambda: hears(agent, 440) and hears(caller, 880))
            assert world.board.runner.calls
            assert (len(first.legs), len(second.legs)) == (2, 2)  # theirs, and the line between
            await caller.press("5")
            await until(lambda: agent.audio.digits == "5")
            await agent.hang_up()
            await caller.wait_over(20)

    run(scene, tmp_path)


def test_the_line_is_gone_once_they_part_and_both_go_on(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        world.board.number(
            "+12025550124",
            twiml="<Response><Dial hangupOnStar='true'><Queue>q</Queue></Dial><Pause length='9'/>"
            "</Response>",
        )
        world.board.number(
            "+12025550125",
            twiml="<Response><Enqueue>q</Enqueue><Pause length='9'/></Response>",
        )
        async with world.phone(username="caller") as one, world.phone(username="agent") as two:
            caller = await one.call(world.address("+12025550125"))
            agent = await two.call(world.address("+12025550124"))
            await tone(caller, 440)
            await until(lambda: hears(agent, 440))
            await agent.press("*")
            await until(lambda: not hears(agent, 440))
            assert sum(len(link.legs) for link in world.board.links) == 2
            await agent.hang_up()
            await caller.hang_up()

    run(scene, tmp_path)


def test_a_room_has_members_of_every_worker(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        async with (
            world.phone(username="one") as a,
            world.phone(username="two") as b,
            world.phone(username="three") as c,
        ):
            await talk(world, [await phone.call(world.address(ROOM)) for phone in (a, b, c)])

    async def talk(world: World, calls: list[PhoneCall]) -> None:
        one, two, three = calls
        await tone(one, 440)
        await tone(two, 660)
        await tone(three, 880)
        await until(lambda: hears(one, 660) and hears(one, 880))
        await until(lambda: hears(two, 440) and hears(two, 880))
        await until(lambda: hears(three, 440) and hears(three, 660))
        assert not hears(two, 660)
        desk = world.board.rooms
        (room,) = desk.open_rooms()
        seats = {seat.live.id: seat for seat in room.seats.values()}
        assert {seat.live.link for seat in seats.values()} == set(world.board.links)
        away = [seat for seat in seats.values() if seat.live.link is not room.link]
        assert len(away) == 1
        (guest,) = away
        desk.do(room, conference.Mute(leg=guest.leg, on=True))
        await until(lambda: not hears(one, 660) and hears(two, 440))
        desk.do(room, conference.Mute(leg=guest.leg, on=False))
        await until(lambda: hears(one, 660))
        desk.do(room, conference.Hold(leg=guest.leg, on=True))
        await until(lambda: not hears(one, 660) and not hears(two, 440))
        desk.do(room, conference.Hold(leg=guest.leg, on=False))
        await until(lambda: hears(one, 660) and hears(two, 440))
        # the guest coaches the first: nobody else hears them
        first = next(seat for seat in seats.values() if seat.live.link is room.link)
        desk.do(room, conference.Coach(leg=guest.leg, whom=first.live.id))
        await until(lambda: hears(one, 660) and not hears(three, 660))
        # and is coached
        desk.do(room, conference.Coach(leg=guest.leg, whom=None))
        desk.do(room, conference.Coach(leg=first.leg, whom=guest.live.id))
        await until(lambda: hears(two, 440) and not hears(three, 440))
        await two.press("*")  # leaves; the call goes on
        await until(lambda: not hears(one, 660) and not hears(two, 880))
        assert sum(len(link.legs) for link in world.board.links) == 3
        for call in calls:
            await call.hang_up()

    run(scene, tmp_path)


def test_a_worker_that_dies_takes_the_room_it_mixed(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        async with world.phone(username="one") as one, world.phone(username="two") as two:
            first = await one.call(world.address(ROOM))
            second = await two.call(world.address(ROOM))
            await tone(first, 440)
            await until(lambda: hears(second, 440))
            world.board.link.kill()
            await first.wait_over(20)
            await until(lambda: not list(world.board.rooms.open_rooms()))
            await second.hang_up()  # their call went on with what follows
        facts = world.board.facts.facts
        causes = [str(fact.cause) for fact in facts if isinstance(fact, CallEnded)]
        assert causes == ["interrupted", "normal"]
        assert [f.reason for f in facts if isinstance(f, ConferenceLeft)] == ["hung_up", "failed"]

    run(scene, tmp_path)


def test_where_there_is_no_port_for_the_line_the_call_ends(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        async with world.phone(username="caller") as one, world.phone(username="agent") as two:
            caller = await one.call(world.address(WAIT))
            ports = world.board.links[1].ports
            while True:
                if ports.take() is None:
                    break
            ports.give_back(30_000)
            agent = await two.call(world.address(AGENT))  # takes the last one
            await asyncio.gather(caller.wait_over(30), agent.wait_over(30))
        facts = world.board.facts.facts
        assert len([f for f in facts if isinstance(f, DialEnded)]) == 1
        assert [f.reason for f in facts if isinstance(f, QueueLeft)] == ["failed"]

    run(scene, tmp_path)


def test_a_line_takes_packets_from_its_other_end_alone(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        sent: list[media.Command] = []
        for link in world.board.links:
            link.send = keeping(link.send, sent)  # type: ignore[method-assign]
        async with world.phone(username="caller") as one, world.phone(username="agent") as two:
            caller = await one.call(world.address(WAIT))
            agent = await two.call(world.address(AGENT))
            await tone(caller, 440)
            await until(lambda: hears(agent, 440))
            await agent.hang_up()
            await caller.wait_over(20)
        lines = [c for c in sent if isinstance(c, media.ConnectLeg) and c.timeout_ms == 0]
        assert len(lines) == 2
        assert all(c.latch_ms == 0 and c.host == world.board.host for c in lines)

    run(scene, tmp_path)
