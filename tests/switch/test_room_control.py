"""What somebody outside a room does with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from room_scene import announced, come, control, room, turn
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
from ringfence.switch.outgoing import Wishes
from ringfence.switch.room_control import Invitation

pytestmark = pytest.mark.anyio

URL = "https://x.example/words"
ANSWER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.60\r\ns=-\r\nc=IN IP4 192.0.2.60\r\nt=0 0\r\n"
    b"m=audio 31000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)


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


NEWS = "beep='false' statusCallback='https://x.example/n' statusCallbackEvent='announcement'"


async def test_who_is_still_rung_hears_an_announcement_once_in(bench: Bench) -> None:
    bench.world.documents[URL] = b"<Response><Say>you are recorded</Say></Response>"
    desk = control(bench)
    await come(bench, NEWS)
    sid, call = desk.invite("team", Invitation(to="sip:ann@192.0.2.9", place=Conference(room="x")))
    bench.open_ports()
    await turn()
    leg = str(bench.wire.last(media.OpenLeg).leg)
    desk.announce(sid, Heard(url="https://x.example/gone"), call=call)
    desk.announce(sid, Heard(url=URL), call=call)
    await turn()
    assert announced(bench) == []
    assert bench.world.spoken == []
    invite = bench.wire.last(sip.Invite)
    bench.runner.sip_event(
        wire.Answered(leg=invite.leg, peer=PEER, response=Response(200), body=ANSWER)
    )
    await turn()
    await turn()
    assert bench.world.spoken == ["you are recorded"]
    play = bench.wire.last(media.Play)
    assert play.leg == leg, "nobody else hears it"
    bench.link.heard(media.PlayFinished(leg, play.play, "done", 9))
    assert announced(bench) == [
        ("announcement-start", "https://x.example/gone"),
        ("announcement-fail", "https://x.example/gone"),
        ("announcement-start", URL), ("announcement-end", URL),
    ]  # fmt: skip


async def test_who_never_came_has_heard_nothing(bench: Bench) -> None:
    desk = control(bench)
    await come(bench, NEWS)
    sid, call = desk.invite("team", Invitation(to="sip:ann@192.0.2.9", place=Conference(room="x")))
    bench.open_ports()
    await turn()
    desk.announce(sid, Heard(url=URL), call=call)
    bench.runner.command(bench.runner.calls[call], Hangup())
    bench.close_legs()
    await turn()
    assert announced(bench) == [("announcement-fail", URL)]


async def test_the_end_of_a_room_is_the_last_that_is_told_of_it(bench: Bench) -> None:
    bench.world.documents[URL] = b"<Response><Say>fire drill</Say></Response>"
    await come(bench, NEWS.replace("'announcement'", "'announcement leave end'"))
    await come(bench)
    desk, sid = control(bench), room(bench)
    desk.announce(sid, Heard(url=URL))
    await turn()
    desk.end(sid)
    await turn()
    assert announced(bench) == [
        ("announcement-start", URL), ("announcement-fail", URL), ("participant-leave", ""),
        ("participant-leave", ""), ("conference-end", ""),
    ]  # fmt: skip
    numbers = [int(str(dict(one.params)["SequenceNumber"])) for one in bench.world.callbacks]
    assert numbers == sorted(numbers)
    failed = dict(bench.world.callbacks[1].params)
    assert failed["ReasonAnnouncementFailed"]


@pytest.mark.parametrize("how", ["end", "exit"])
async def test_who_is_still_rung_is_given_up_where_somebody_ends_the_room(
    bench: Bench, how: str
) -> None:
    desk = control(bench)
    chair, _ = await come(bench, "beep='false' endConferenceOnExit='true'")
    await come(bench)
    sid, call = desk.invite("team", Invitation(to="sip:ann@192.0.2.9", place=Conference(room="x")))
    bench.open_ports()
    await turn()
    if how == "end":
        desk.end(sid)
    else:
        desk.remove(sid, chair)
    await turn()
    assert bench.runner.calls[call].call.ending
    assert not list(bench.rooms.open_rooms())


async def test_who_is_still_rung_is_not_given_up_where_the_last_one_just_left(bench: Bench) -> None:
    desk = control(bench)
    only, _ = await come(bench)
    sid, call = desk.invite("team", Invitation(to="sip:ann@192.0.2.9", place=Conference(room="x")))
    bench.open_ports()
    await turn()
    desk.remove(sid, only)
    await turn()
    assert not bench.runner.calls[call].call.ending


async def test_who_comes_with_a_label_that_is_taken_stays_out(bench: Bench) -> None:
    await come(bench, "beep='false' participantLabel='front'")
    for label in ("front", "back"):
        await come(bench, f"beep='false' participantLabel='{label}'")
    (opened,) = bench.rooms.open_rooms()
    assert sorted(seat.join.label for seat in opened.seats.values()) == ["back", "front"]
    notes = [fact for fact in bench.world.facts if getattr(fact, "code", "") == "label_taken"]
    assert len(notes) == 1


async def test_a_label_is_of_one_participant(bench: Bench) -> None:
    desk = control(bench)
    await come(bench, "beep='false' participantLabel='front'")
    ann = Invitation(to="sip:ann@192.0.2.9", place=Conference(room="x", participant_label="front"))
    with pytest.raises(Refused, match="label"):
        desk.invite("team", ann)
    back = replace(ann, place=Conference(room="x", participant_label="back"))
    desk.invite("team", back)
    with pytest.raises(Refused, match="label"):
        desk.invite("team", back)  # the one who has it is being rung
    nobody = replace(ann, place=Conference(room="x"))
    desk.invite("team", nobody)
    desk.invite("team", nobody)


async def test_who_is_called_in_to_coach_is_shown_so_from_the_beginning(bench: Bench) -> None:
    call, _ = await come(bench)
    place = Conference(room="x", coach=call)
    sid, _ = control(bench).invite("team", Invitation(to="sip:ann@192.0.2.9", place=place))
    opened = bench.rooms.find(sid)
    assert opened is not None
    (expected,) = opened.dialled.values()
    assert expected.coaching == call
    (wished,) = bench.world.book.expected.values()
    assert wished["coaching"] == call
