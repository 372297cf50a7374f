"""Whoever asked for the news of a room is told it, in order."""

from __future__ import annotations

import asyncio

import pytest
from switch_bench import Bench

from ringfence.calls import conference
from ringfence.kernel.ids import LegId
from ringfence.media.engine import protocol as media

pytestmark = pytest.mark.anyio

NEWS = (
    "statusCallback='https://x.example/news' "
    "statusCallbackEvent='start end join leave mute hold modify'"
)


async def turn() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


async def come(bench: Bench, attributes: str) -> LegId:
    count = len(bench.wire.sent(media.OpenLeg))
    number = f"+1202555{100 + count:04d}"
    bench.number(
        number, f"<Response><Dial><Conference {attributes}>team</Conference></Dial></Response>"
    )
    bench.invite(number, key=f"in-{count}")
    bench.open_ports()
    await turn()
    return LegId(bench.wire.last(media.OpenLeg).leg)


async def test_everything_that_happens_in_order(bench: Bench) -> None:
    leg = await come(bench, f"{NEWS} participantLabel='ann' endConferenceOnExit='true'")
    (room,) = bench.rooms.open_rooms()
    bench.rooms.do(room, conference.Mute(leg=leg, on=True))
    bench.rooms.do(room, conference.Hold(leg=leg, on=True))
    bench.rooms.do(room, conference.Hold(leg=leg, on=False))
    bench.rooms.do(room, conference.Settle(leg=leg, end_on_exit=False))
    bench.rooms.do(room, conference.Leave(leg=leg))
    await turn()
    told = [dict(callback.params) for callback in bench.world.callbacks]
    assert [one["StatusCallbackEvent"] for one in told] == [
        "participant-join",
        "conference-start",
        "participant-mute",
        "participant-hold",
        "participant-unhold",
        "participant-modify",
        "participant-leave",
        "conference-end",
    ]
    assert [one["SequenceNumber"] for one in told] == [str(n) for n in range(1, 9)]
    assert {one["ConferenceSid"] for one in told} == {room.id}
    assert {one["FriendlyName"] for one in told} == {"team"}
    assert (told[0]["EndConferenceOnExit"], told[0]["ParticipantLabel"]) == ("true", "ann")
    assert (told[2]["Muted"], told[3]["Hold"], told[4]["Hold"]) == ("true", "true", "false")
    assert told[5]["EndConferenceOnExit"] == "false"
    assert told[-1]["ReasonConferenceEnded"] == "last-participant-left"
    assert told[-1]["CallSidEndingConference"] == told[0]["CallSid"]
    assert {callback.kind for callback in bench.world.callbacks} == {"conference"}
    assert {callback.subject for callback in bench.world.callbacks} == {room.id}


async def test_who_leaves_is_told_as_they_were_last(bench: Bench) -> None:
    leg = await come(bench, f"{NEWS} participantLabel='ann'")
    await come(bench, "beep='false'")
    (room,) = bench.rooms.open_rooms()
    whom = next(seat.live.id for seat in room.seats.values() if seat.leg != leg)
    bench.rooms.do(room, conference.Coach(leg=leg, whom=whom))
    bench.rooms.do(room, conference.Mute(leg=leg, on=True))
    bench.rooms.do(room, conference.Coach(leg=leg, whom=None))
    bench.rooms.do(room, conference.Leave(leg=leg))
    await turn()
    last = [dict(callback.params) for callback in bench.world.callbacks][-1]
    assert last["StatusCallbackEvent"] == "participant-leave"
    assert (last["Coaching"], last["Muted"], "CallSidToCoach" in last) == ("false", "true", False)


async def test_only_what_was_asked_for_and_to_the_first_who_asked(bench: Bench) -> None:
    await come(bench, "statusCallback='https://x.example/1' statusCallbackEvent='join'")
    await come(bench, f"{NEWS}")
    urls = {callback.url for callback in bench.world.callbacks}
    events = [dict(callback.params)["StatusCallbackEvent"] for callback in bench.world.callbacks]
    assert urls == {"https://x.example/1"}
    assert events == ["participant-join", "participant-join"]


async def test_nobody_asked(bench: Bench) -> None:
    await come(bench, "")
    assert bench.world.callbacks == []
