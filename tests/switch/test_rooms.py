"""Rooms, as the media worker and the calls are told of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from switch_bench import Bench

from ringfence.calls import conference
from ringfence.calls.events import RecordingRequested
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, RecordingId
from ringfence.media.engine import protocol as media

pytestmark = pytest.mark.anyio


async def turn() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


async def come(bench: Bench, attributes: str = "beep='false'", *, name: str = "team") -> str:
    """Somebody calls and enters; the leg."""
    count = len(bench.wire.sent(media.OpenLeg))
    number = f"+1202555{100 + count:04d}"
    bench.number(
        number, f"<Response><Dial><Conference {attributes}>{name}</Conference></Dial></Response>"
    )
    bench.invite(number, key=f"in-{count}")
    bench.open_ports()
    await turn()
    return str(bench.wire.last(media.OpenLeg).leg)


def joined(bench: Bench) -> list[str]:
    return [command.leg for command in bench.wire.sent(media.JoinConference)]


def opened(bench: Bench) -> Any:
    (found,) = bench.rooms.open_rooms()
    return found


async def test_two_meet_in_the_same_mix(bench: Bench) -> None:
    legs = [await come(bench), await come(bench, "beep='false' muted='true'")]
    mixes = bench.wire.sent(media.JoinConference)
    assert [(m.leg, m.muted) for m in mixes] == [(legs[0], False), (legs[1], True)]
    assert len({mix.room for mix in mixes}) == 1
    assert bench.world.book.names == ["team"]
    assert bench.names().count("ConferenceJoined") == 2
    assert "CallAnsweredByPerson" in bench.names()


async def test_rooms_are_apart(bench: Bench) -> None:
    await come(bench)
    await come(bench, name="other")
    assert len({mix.room for mix in bench.wire.sent(media.JoinConference)}) == 2


async def test_music_until_somebody_begins(bench: Bench) -> None:
    guest = await come(bench, "startConferenceOnEnter='false' beep='false'")
    play = bench.wire.last(media.Play)
    assert (play.leg, play.loop) == (guest, 0)
    assert joined(bench) == []
    host = await come(bench)
    assert bench.wire.last(media.StopPlay).leg == guest
    assert joined(bench) == [guest, host]


async def test_silence_where_that_is_asked_for(bench: Bench) -> None:
    await come(bench, "startConferenceOnEnter='false' waitUrl=''")
    assert bench.wire.sent(media.Play) == []


async def test_a_document_is_heard_while_waiting_and_again(bench: Bench) -> None:
    url = "https://x.example/wait"
    bench.world.documents[url] = b"<Response><Say>soon</Say></Response>"
    leg = await come(bench, f"startConferenceOnEnter='false' waitUrl='{url}'")
    await turn()
    first = bench.wire.last(media.Play)
    assert bench.world.spoken == ["soon"]
    bench.link.heard(media.PlayFinished(leg=leg, play=first.play, reason="done", played_ms=9))
    await turn()
    assert bench.wire.last(media.Play).play != first.play
    assert len(bench.wire.sent(media.Play)) == 2


async def test_music_where_the_document_cannot_be_had(bench: Bench) -> None:
    leg = await come(bench, "startConferenceOnEnter='false' waitUrl='https://x.example/no'")
    await turn()
    play = bench.wire.last(media.Play)
    assert (play.leg, play.loop) == (leg, 0)


async def test_a_beep_for_who_comes_and_goes(bench: Bench) -> None:
    first = await come(bench, "beep='true'")
    second = await come(bench, "beep='onEnter'")
    assert [tone.leg for tone in bench.wire.sent(media.Tone)] == [first]
    bench.rooms.do(opened(bench), conference.Leave(leg=LegId(second)))
    await turn()
    assert len(bench.wire.sent(media.Tone)) == 1
    bench.rooms.do(opened(bench), conference.Leave(leg=LegId(first)))
    await turn()
    assert not list(bench.rooms.open_rooms())


async def test_who_is_removed_goes_on_and_the_room_ends_with_the_last(bench: Bench) -> None:
    leg = await come(bench)
    room = opened(bench)
    bench.rooms.do(room, conference.Remove(leg=LegId(leg)))
    await turn()
    assert [c.leg for c in bench.wire.sent(media.LeaveConference)] == [leg]
    assert "ConferenceLeft" in bench.names()
    ended = bench.world.book.facts[-1]
    assert (ended.name(), getattr(ended, "reason", "")) == ("ConferenceEnded", "last_removed")
    assert bench.rooms.find(room.id) is None
    assert bench.rooms.named("team") != room.id


async def test_hold_and_back(bench: Bench) -> None:
    one, two = await come(bench), await come(bench)
    room = opened(bench)
    bench.rooms.do(room, conference.Hold(leg=LegId(one), on=True))
    await turn()
    assert bench.wire.last(media.LeaveConference).leg == one
    assert bench.wire.last(media.Play).leg == one
    bench.rooms.do(room, conference.Hold(leg=LegId(one), on=False))
    await turn()
    assert joined(bench) == [one, two, one]
    assert bench.names().count("LegHeld") == 2


async def test_a_coach_is_heard_by_one(bench: Bench) -> None:
    agent = await come(bench)
    (call,) = bench.runner.calls
    coach = await come(bench, f"beep='false' coach='{call}'")
    assert bench.wire.sent(media.Whisper) == [media.Whisper(leg=coach, to=agent)]


async def test_labels_and_seats(bench: Bench) -> None:
    await come(bench, "participantLabel='ann'")
    room = opened(bench)
    (call,) = bench.runner.calls
    assert bench.world.book.labels == {call: "ann"}
    assert room.seat_of(call).live.id == call
    with pytest.raises(Refused):
        room.seat_of(CallId("CA" + "0" * 32))


async def test_the_recording_of_another_call_is_no_voice_of_a_recorded_room(bench: Bench) -> None:
    await come(bench, "beep='false' record='record-from-start'")
    room = opened(bench)
    assert room.recording is not None
    before = dict(room.recording.open)
    fact = RecordingRequested(
        at=bench.clock.now(), call=CallId("CA" + "9" * 32), recording=RecordingId("RE" + "9" * 32),
        source="voicemail", legs=(), parties=(),
    )  # fmt: skip
    bench.rooms.watch((fact,))
    assert room.recording.open == before
