"""The link to a media worker: answers, losses, and a bad command among good ones."""

import asyncio
from typing import Any

import pytest

from ringfence.kernel.errors import Refused
from ringfence.media.engine import protocol as media
from ringfence.media.engine.protocol import CommandReader
from ringfence.switch.media_link import MediaLink

pytestmark = pytest.mark.anyio


class Pipe:
    """A transport that remembers."""

    def __init__(self) -> None:
        self.data = b""
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.data += data

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.aborted = True


class Ends:
    """What a link reports."""

    def __init__(self) -> None:
        self.notices: list[Any] = []
        self.lost: list[list[str]] = []
        self.opened: list[int | Refused] = []


def linked() -> tuple[MediaLink, Pipe, Ends]:
    ends, pipe = Ends(), Pipe()
    link = MediaLink("x", on_notice=ends.notices.append, on_lost=ends.lost.append)
    link.made(pipe)  # type: ignore[arg-type]
    link.heard(media.Hello(engine="native", abi=1, pid=7))
    return link, pipe, ends


async def test_commands_of_one_turn_leave_together_in_order() -> None:
    link, pipe, _ = linked()
    link.send(media.StopPlay(leg="a"))
    link.send(media.StopPlay(leg="b"))
    assert pipe.data == b""
    await asyncio.sleep(0)
    assert [c.leg for c in CommandReader().feed(pipe.data)] == ["a", "b"]  # type: ignore[union-attr]


async def test_one_unreadable_command_does_not_take_the_others_with_it() -> None:
    link, pipe, _ = linked()
    link.send(media.StopPlay(leg="a"))
    link.send(media.Tone(leg="a", play="1", name="beep", duration_ms=object()))  # type: ignore[arg-type]
    link.send(media.StopPlay(leg="b"))
    await asyncio.sleep(0)
    assert [c.leg for c in CommandReader().feed(pipe.data)] == ["a", "b"]  # type: ignore[union-attr]


async def test_a_port_is_told_once_and_a_refusal_says_what_to_do() -> None:
    link, _, ends = linked()
    link.open_leg("a", ends.opened.append)
    link.open_leg("b", ends.opened.append)
    link.heard(media.LegOpened(leg="a", port=30000))
    link.heard(media.LegOpened(leg="a", port=30002))
    link.heard(media.LegFailed(leg="b", reason="no_port"))
    assert ends.opened[0] == 30000
    assert isinstance(ends.opened[1], Refused)
    assert "--rtp" in ends.opened[1].reason
    assert link.legs == {"a"}


async def test_a_dead_worker_is_reported_with_its_legs_and_whoever_waits_is_told() -> None:
    link, _, ends = linked()
    link.open_leg("a", ends.opened.append)
    link.heard(media.LegOpened(leg="a", port=30000))
    link.open_leg("b", ends.opened.append)
    link.load_clip("CL1", 8000, b"")
    link.lost()
    assert ends.lost == [["a"]]
    assert isinstance(ends.opened[1], Refused)
    assert not link.connected
    assert not link.has_clip("CL1")
    link.open_leg("c", ends.opened.append)
    await asyncio.sleep(0)
    assert isinstance(ends.opened[2], Refused)


async def test_closed_legs_are_forgotten_and_a_failing_listener_is_survived() -> None:
    link, _, ends = linked()
    link.open_leg("a", ends.opened.append)
    link.heard(media.LegOpened(leg="a", port=1))
    link.heard(media.RtpStarted(leg="a"))
    assert len(ends.notices) == 1

    def broken(_: Any) -> None:
        raise ValueError

    link._on_notice = broken
    link.heard(media.RtpStarted(leg="a"))
    assert link.connected


def with_spares(count: int) -> tuple[MediaLink, Pipe, Ends]:
    ends, pipe = Ends(), Pipe()
    names = iter(f"S{number}" for number in range(1000))
    link = MediaLink(
        "x",
        on_notice=ends.notices.append,
        on_lost=ends.lost.append,
        spares=count,
        name_leg=lambda: next(names),
    )
    link.made(pipe)  # type: ignore[arg-type]
    link.heard(media.Hello(engine="native", abi=1, pid=7))
    return link, pipe, ends


async def asked(pipe: Pipe) -> list[tuple[str, str]]:
    """What was sent since the last time: the commands' names and legs."""
    await asyncio.sleep(0)
    commands = CommandReader().feed(pipe.data)
    pipe.data = b""
    return [(type(command).__name__, command.leg) for command in commands]  # type: ignore[union-attr]


async def test_spare_legs_are_opened_at_once_and_handed_out_with_their_ports() -> None:
    link, pipe, _ = with_spares(2)
    assert await asked(pipe) == [("OpenLeg", "S0"), ("OpenLeg", "S1")]
    assert link.take_spare() is None
    link.heard(media.LegOpened(leg="S0", port=30000))
    assert link.legs == set()  # nobody's yet: its loss concerns no call
    assert link.take_spare() == ("S0", 30000)
    assert link.legs == {"S0"}


async def test_a_leg_that_closes_makes_room_for_one_spare_and_no_more() -> None:
    link, pipe, _ = with_spares(2)
    for number in range(2):
        link.heard(media.LegOpened(leg=f"S{number}", port=30000 + 2 * number))
    await asked(pipe)
    link.take_spare()
    assert await asked(pipe) == []
    link.close_leg("S0")
    assert await asked(pipe) == [("CloseLeg", "S0"), ("OpenLeg", "S2")]
    link.close_leg("another")
    assert await asked(pipe) == [("CloseLeg", "another")]


async def test_few_spares_left_are_made_many_again() -> None:
    link, pipe, _ = with_spares(8)
    for number in range(8):
        link.heard(media.LegOpened(leg=f"S{number}", port=30000 + 2 * number))
    await asked(pipe)
    for _ in range(6):
        link.take_spare()
    assert await asked(pipe) == []
    link.take_spare()
    assert await asked(pipe) == [("OpenLeg", f"S{number}") for number in range(8, 15)]


async def test_no_port_for_a_spare_is_nobodys_fault_and_asked_again_when_a_leg_closes() -> None:
    link, pipe, ends = with_spares(1)
    await asked(pipe)
    link.heard(media.LegFailed(leg="S0", reason="no_port"))
    assert ends.notices == []
    assert link.take_spare() is None
    link.close_leg("a")
    assert await asked(pipe) == [("CloseLeg", "a"), ("OpenLeg", "S1")]


async def test_the_next_worker_opens_spares_of_its_own() -> None:
    link, pipe, ends = with_spares(1)
    link.heard(media.LegOpened(leg="S0", port=30000))
    await asked(pipe)
    link.lost()
    assert ends.lost == [[]]
    assert link.take_spare() is None
    link.made(pipe)  # type: ignore[arg-type]
    link.heard(media.Hello(engine="native", abi=1, pid=8))
    assert await asked(pipe) == [("OpenLeg", "S1")]


async def test_a_clip_is_dropped_where_it_is_and_nowhere_else() -> None:
    link, pipe, _ = with_spares(0)
    link.load_clip("CL1", 8_000, b"ab")
    link.drop_clip("CL1")
    link.drop_clip("CL1")
    link.drop_clip("CL2")
    await asyncio.sleep(0)
    sent = [type(command).__name__ for command in CommandReader().feed(pipe.data)]
    assert sent == ["LoadClip", "DropClip"]
