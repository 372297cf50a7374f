"""What somebody outside a room does with it."""

from __future__ import annotations

import asyncio

import pytest
from switch_bench import PEER, Bench

from ringfence.calls.commands import Hangup, Heard
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId
from ringfence.markup.context import Source
from ringfence.markup.verbs import Conference, Dial
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.message import Response
from ringfence.switch.outgoing import Outgoing, Wishes
from ringfence.switch.room_control import Invitation, RoomControl
from ringfence.switch.tolls import Tolls

pytestmark = pytest.mark.anyio

URL = "https://x.example/words"
ANSWER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.60\r\ns=-\r\nc=IN IP4 192.0.2.60\r\nt=0 0\r\n"
    b"m=audio 31000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)


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


async def test_everybody_hears_an_announcement_and_talks_on(bench: Bench) -> None:
    bench.world.documents[URL] = b"<Response><Say>fire drill</Say></Response>"
    news = "statusCallback='https://x.example/n' statusCallbackEvent='announcement'"
    legs = [(await come(bench, f"beep='false' {news}"))[1], (await come(bench))[1]]
    control(bench).announce(room(bench), Heard(url=URL))
    await turn()
    plays = bench.wire.sent(media.Play)
    assert [play.leg for play in plays] == legs
    for play in plays:
        bench.link.heard(media.PlayFinished(play.leg, play.play, "done", 9))
    told = [dict(one.params)["StatusCallbackEvent"] for one in bench.world.callbacks]
    assert told == ["announcement-start", "announcement-end"]


async def test_who_waits_hears_it_too_and_then_music_again(bench: Bench) -> None:
    bench.world.documents[URL] = b"<Response><Say>two minutes</Say></Response>"
    call, leg = await come(bench, "startConferenceOnEnter='false'")
    control(bench).announce(room(bench), Heard(url=URL), call=call)
    await turn()
    play = bench.wire.last(media.Play)
    assert bench.world.spoken == ["two minutes"]
    bench.link.heard(media.PlayFinished(leg, play.play, "done", 9))
    await turn()
    assert bench.wire.last(media.Play).loop == 0


async def test_hold_with_a_document_of_its_own(bench: Bench) -> None:
    bench.world.documents[URL] = b"<Response><Say>hold on</Say></Response>"
    call, leg = await come(bench)
    desk = control(bench)
    desk.hold(room(bench), call, on=True, heard=Heard(url=URL))
    await turn()
    assert bench.world.spoken == ["hold on"]
    desk.hold(room(bench), call, on=False)
    await turn()
    assert bench.wire.last(media.JoinConference).leg == leg


async def test_music_for_who_waits_can_be_changed(bench: Bench) -> None:
    call, _ = await come(bench, "startConferenceOnEnter='false'")
    assert len(bench.wire.sent(media.Play)) == 1
    control(bench).wait(room(bench), call, Heard(url=""))
    await turn()
    assert len(bench.wire.sent(media.StopPlay)) == 1
    assert len(bench.wire.sent(media.Play)) == 1


async def test_mute_coach_settle_remove_end(bench: Bench) -> None:
    one, first = await come(bench)
    two, second = await come(bench)
    desk, sid = control(bench), room(bench)
    desk.mute(sid, one, on=True)
    assert bench.wire.last(media.SetMute) == media.SetMute(first, True)
    desk.coach(sid, two, one)
    assert bench.wire.last(media.Whisper) == media.Whisper(second, first)
    with pytest.raises(Refused):
        desk.coach(sid, two, "CA" + "0" * 32)
    desk.settle(sid, two, end_on_exit=True)
    desk.remove(sid, two)
    await turn()
    assert not list(bench.rooms.open_rooms())
    with pytest.raises(Refused):
        desk.end(sid)


async def test_who_is_called_in_by_the_sid_comes_into_that_room(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = control(bench)
    sid, _ = desk.invite("team", Invitation(to="sip:ann@192.0.2.9", place=Conference(room="team")))
    placed: list[Source] = []
    place = desk._outgoing.place

    def note(to: str, *, source: Source, wishes: Wishes) -> CallId:
        placed.append(source)
        return place(to, source=source, wishes=wishes)

    monkeypatch.setattr(desk._outgoing, "place", note)
    again, _ = desk.invite(sid, Invitation(to="sip:bob@192.0.2.9", place=Conference(room=sid)))
    assert again == sid
    (source,) = placed
    assert source.document is not None
    (stay,) = source.document.verbs
    assert isinstance(stay, Dial)
    (where,) = stay.targets
    assert isinstance(where, Conference)
    assert where.room == "team"


async def test_somebody_is_called_in(bench: Bench) -> None:
    desk = control(bench)
    place = Conference(room="team", participant_label="ann", muted=True)
    sid, call = desk.invite("team", Invitation(to="sip:ann@192.0.2.9", place=place))
    bench.open_ports()
    await turn()
    assert bench.wire.sent(sip.Invite)
    assert bench.world.book.expected[call]["label"] == "ann"
    assert sid == room(bench)
    # nobody answers: the room that opened for them is over
    live = bench.runner.calls[call]

    bench.runner.command(live, Hangup())
    bench.close_legs()
    await turn()
    assert not list(bench.rooms.open_rooms())
    with pytest.raises(Refused):
        desk.invite("CF" + "0" * 32, Invitation(to="sip:ann@192.0.2.9", place=place))
    with pytest.raises(Refused):
        desk.invite("", Invitation(to="sip:ann@192.0.2.9", place=place))


async def test_who_is_still_rung_is_changed_and_is_so_once_they_are_in(bench: Bench) -> None:
    desk = control(bench)
    first, _ = await come(bench)
    sid, call = desk.invite("team", Invitation(to="sip:ann@192.0.2.9", place=Conference(room="x")))
    bench.open_ports()
    await turn()
    leg = str(bench.wire.last(media.OpenLeg).leg)
    desk.mute(sid, call, on=True)
    desk.hold(sid, call, on=True, heard=Heard(url=""))
    desk.settle(sid, call, end_on_exit=True)
    desk.coach(sid, call, first)
    desk.wait(sid, call, Heard(url=""))
    with pytest.raises(Refused):
        desk.coach(sid, call, "CA" + "0" * 32)
    kept = bench.world.book.facts[-1]
    assert (kept.muted, kept.held, kept.end_on_exit, kept.coaching) == (True, True, True, first)
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(
        wire.Answered(leg=invite.leg, peer=PEER, response=Response(200), body=ANSWER)
    )
    await turn()
    await turn()
    (opened,) = bench.rooms.open_rooms()
    member = opened.room.member(LegId(leg))
    assert member is not None
    assert (member.muted, member.end_on_exit) == (True, True)
    assert member.state == "held"
    assert bench.names().count("LegMuted") == 1
    desk.remove(sid, call)
    await turn()
    assert "ConferenceLeft" in bench.names()
