"""The link to a media worker: answers, losses, and a bad command among good ones."""

import asyncio
from collections import deque
from typing import Any

import pytest
from switch_bench import STATS

from ringfence.kernel.errors import Refused
from ringfence.media.engine import protocol as media
from ringfence.media.engine.framing import CommandReader
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


async def asked(pipe: Pipe) -> list[tuple[str, ...]]:
    """What was sent since the last time: the commands' names, legs, and spares in their place."""
    for _ in range(3):
        await asyncio.sleep(0)
    commands = CommandReader().feed(pipe.data)
    pipe.data = b""
    return [
        (type(command).__name__, *filter(None, (command.leg, getattr(command, "spare", ""))))  # type: ignore[union-attr]
        for command in commands
    ]


async def test_a_first_call_has_spare_legs_opened_with_its_own() -> None:
    link, pipe, _ = with_spares(4)
    assert await asked(pipe) == []  # a worker without a leg sleeps
    assert link.take_spare() is None
    link.open_leg("first", lambda _: None)
    assert await asked(pipe) == [("OpenLeg", "S0"), ("OpenLeg", "first")]
    assert link.take_spare() is None
    assert await asked(pipe) == []
    link.heard(media.LegOpened(leg="S0", port=30000))
    assert link.legs == {"first"}  # the spare is nobody's yet: its loss concerns no call
    assert link.take_spare() == ("S0", 30000)
    assert link.legs == {"first", "S0"}
    assert await asked(pipe) == [("OpenLeg", "S1"), ("OpenLeg", "S2")]


async def busy(legs: int, spares: int = 8) -> tuple[MediaLink, Pipe, Ends]:
    """A link with legs and all its spares, S0 to S7."""
    link, pipe, ends = with_spares(spares)
    link.legs = {f"L{number}" for number in range(legs)}
    assert link.take_spare() is None
    for name, leg in await asked(pipe):
        assert name == "OpenLeg"
        link.heard(media.LegOpened(leg=leg, port=30000 + 2 * int(leg[1:])))
    return link, pipe, ends


async def test_there_are_half_as_many_spares_as_legs_and_never_more_than_asked_for() -> None:
    for legs, spares in ((1, 1), (4, 3), (100, 8)):
        link, _, _ = await busy(legs)
        assert len(link._spares) == spares


async def test_a_leg_that_closes_makes_room_for_one_spare_and_no_more() -> None:
    link, pipe, _ = await busy(100)
    link.take_spare()
    assert await asked(pipe) == []
    link.close_leg("S0")
    assert await asked(pipe) == [("CloseLeg", "S0", "S8")]
    link.close_leg("L0")
    assert await asked(pipe) == [("CloseLeg", "L0")]


async def test_few_spares_left_are_made_many_again() -> None:
    link, pipe, _ = await busy(100)
    for _ in range(5):
        link.take_spare()
    assert await asked(pipe) == []
    link.take_spare()
    assert await asked(pipe) == [("OpenLeg", f"S{number}") for number in range(8, 14)]


async def test_no_port_for_a_spare_is_nobodys_fault_and_asked_again_when_a_leg_closes() -> None:
    link, pipe, ends = with_spares(1)
    link.take_spare()
    await asked(pipe)
    link.heard(media.LegFailed(leg="S0", reason="no_port"))
    assert ends.notices == []
    link.close_leg("a")
    assert await asked(pipe) == [("CloseLeg", "a", "S1")]


async def test_the_spare_in_the_place_of_a_leg_comes_with_its_end() -> None:
    link, pipe, ends = await busy(1)
    link.close_leg("L0")
    assert await asked(pipe) == [("CloseLeg", "L0")]  # there is one
    assert link.take_spare() == ("S0", 30000)
    assert await asked(pipe) == [("OpenLeg", "S1"), ("OpenLeg", "S2")]
    link.heard(media.LegOpened(leg="S1", port=30002))
    link.heard(media.LegFailed(leg="S2", reason="no_port"))
    for port, left in ((30004, [("S1", 30002), ("S3", 30004)]), (0, [("S1", 30002)])):
        link.legs, link._spares = {"S0", "L0"}, deque([("S1", 30002)])
        link.close_leg("S0")
        ((_, leg, spare),) = await asked(pipe)
        closed = media.LegClosed(leg=leg, stats=STATS, spare=spare, port=port)
        link.heard(closed)
        assert ends.notices[-1] == closed
        assert [port for _, port in link._spares] == [port for _, port in left]
        assert not link._spares_asked


async def test_when_all_is_quiet_the_spares_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.switch.media_link.MEDIA_SPARE_IDLE_MS", 0)
    link, pipe, _ = await busy(2)
    for leg in ("L0", "L1"):
        link.close_leg(leg)
    await asked(pipe)
    link.heard(media.LegClosed(leg="L0", stats=STATS))
    assert await asked(pipe) == []
    link.heard(media.LegClosed(leg="L1", stats=STATS))
    link.legs.add("another")  # came meanwhile
    assert await asked(pipe) == []
    link.heard(media.LegClosed(leg="another", stats=STATS))
    assert await asked(pipe) == [("CloseLeg", "S0"), ("CloseLeg", "S1")]
    assert link.take_spare() is None


async def test_a_spare_that_opens_when_all_is_quiet_is_closed_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ringfence.switch.media_link.MEDIA_SPARE_IDLE_MS", 0)
    link, pipe, _ = with_spares(1)
    link.take_spare()
    assert await asked(pipe) == [("OpenLeg", "S0")]
    link.heard(media.LegOpened(leg="S0", port=30000))
    assert await asked(pipe) == [("CloseLeg", "S0")]


async def test_the_next_worker_has_none_of_the_spares_of_the_last() -> None:
    link, pipe, ends = await busy(1)
    link.lost()
    assert ends.lost == [["L0"]]
    assert link.take_spare() is None
    assert await asked(pipe) == []  # nobody is there to open one
    link.made(pipe)  # type: ignore[arg-type]
    link.heard(media.Hello(engine="native", abi=1, pid=8))
    assert link.take_spare() is None
    assert await asked(pipe) == [("OpenLeg", "S1")]


async def test_a_leg_that_is_opened_takes_a_spare_one_and_its_port_at_once() -> None:
    link, pipe, ends = await busy(4)
    pipe.data = b""
    link.open_leg("new", ends.opened.append)
    assert ends.opened[-1] == 30000
    assert "new" in link.legs
    assert "S0" not in link.legs
    await asyncio.sleep(0)
    assert pipe.data == b""  # it is the worker's turn when there is something to do
    link.send(media.StopPlay(leg="new"))
    await asyncio.sleep(0)
    found = CommandReader().feed(pipe.data)
    assert found == [media.OpenLeg(leg="new", spare="S0"), media.StopPlay(leg="new")]


async def test_a_link_that_stands_does_not_wake_up(monkeypatch: pytest.MonkeyPatch) -> None:
    link, _, _ = linked()
    tries = 0

    async def connects(*_: object) -> None:
        nonlocal tries
        tries += 1
        link.made(Pipe())  # type: ignore[arg-type]

    monkeypatch.setattr("ringfence.switch.media_link.MEDIA_RECONNECT_MS", 1)
    monkeypatch.setattr(link._loop, "create_unix_connection", connects)
    keeper = asyncio.create_task(link._keep())
    await asyncio.sleep(0.02)
    assert tries == 1
    link.lost()
    await asyncio.sleep(0.02)
    assert tries == 2
    keeper.cancel()


async def test_a_leg_the_far_end_has_left_is_closed_with_the_next_command() -> None:
    link, pipe, _ = await busy(4)
    link.take_spare()
    link.close_leg("S0", deserted=True)
    assert await asked(pipe) == []
    link.send(media.OpenLeg(leg="new"))
    assert await asked(pipe) == [("CloseLeg", "S0", "S3"), ("OpenLeg", "new")]


async def test_and_a_frame_later_where_no_command_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.switch.media_link.MEDIA_COMPANY_MS", 5)
    link, pipe, _ = linked()
    for leg in ("a", "b"):  # the second time the first has long left
        link.close_leg(leg, deserted=True)
        await asyncio.sleep(0.03)
        assert await asked(pipe) == [("CloseLeg", leg)]


async def test_what_has_left_with_a_command_takes_its_timer_with_it() -> None:
    """Else the next that has time would leave as early as that."""
    link, _, _ = linked()
    link.close_leg("a", deserted=True)
    timer = link._company
    assert timer is not None
    link.send(media.StopPlay(leg="b"))
    await asyncio.sleep(0)
    assert timer.cancelled()
    assert link._company is None
