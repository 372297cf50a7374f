"""People who come into a room of the switch's bench, and what was told of it."""

from __future__ import annotations

import asyncio

from switch_bench import Bench

from ringfence.kernel.ids import CallId
from ringfence.media.engine import protocol as media
from ringfence.switch.outgoing import Outgoing
from ringfence.switch.room_control import RoomControl
from ringfence.switch.tolls import Tolls


async def turn() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


def control(bench: Bench) -> RoomControl:
    outgoing = Outgoing(bench.runner, programs=bench.programs, tolls=Tolls(bench.clock))
    return RoomControl(bench.rooms, outgoing, bench.clock)


async def come(bench: Bench, attributes: str = "beep='false'") -> tuple[CallId, str]:
    count = len(bench.wire.sent(media.OpenLeg))
    number = f"+1202555{100 + count:04d}"
    bench.number(
        number, f"<Response><Dial><Conference {attributes}>team</Conference></Dial></Response>"
    )
    bench.invite(number, key=f"in-{count}")
    bench.open_ports()
    await turn()
    return [*bench.runner.calls][-1], str(bench.wire.last(media.OpenLeg).leg)


def room(bench: Bench) -> str:
    (found,) = bench.rooms.open_rooms()
    return str(found.id)


def announced(bench: Bench) -> list[tuple[str, str]]:
    """What was told of announcements: the event and the document."""
    told = [dict(one.params) for one in bench.world.callbacks]
    return [(one["StatusCallbackEvent"], one.get("AnnounceUrl", "")) for one in told]
