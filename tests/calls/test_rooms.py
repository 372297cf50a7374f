"""A stay in a conference room, seen from one call."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.rooms import STAY_TABLE, StayState, StayTrigger
from ringfence.kernel.ids import ConferenceId, LegId, PartyId

CALLER = LegId("LG-caller")
ROOM = ConferenceId("CF-1")
LEAVE = effects.LeaveRoom(leg=CALLER, conference=ROOM)
OTHER = inputs.Connected(
    leg=CALLER, peer=LegId("LG-other"), party=PartyId("PA-other"), bridge=False
)


def test_the_table_names_every_state_and_trigger() -> None:
    assert set(STAY_TABLE) == set(get_args(StayState))
    assert {trigger for row in STAY_TABLE.values() for trigger in row} == set(get_args(StayTrigger))


def inside(rig: Any, **more: Any) -> None:
    rig.answered()
    rig.do(commands.JoinConference(conference=ROOM, **more))
    rig.hear(inputs.RoomEntered(leg=CALLER, members=1))


def out(rig: Any) -> notices.ConferenceFinished:
    (notice,) = rig.told(notices.ConferenceFinished)
    assert isinstance(notice, notices.ConferenceFinished)
    return notice


def test_the_room_is_asked_with_every_wish(rig: Any) -> None:
    rig.answered()
    join = commands.JoinConference(
        conference=ROOM,
        muted=True,
        start_on_enter=False,
        end_on_exit=True,
        moderator=True,
        max_members=3,
        beep="exit",
        wait=commands.Heard(url="https://example.com/music"),
    )
    (effect,) = rig.do(join)
    assert isinstance(effect, effects.EnterRoom)
    assert (effect.leg, effect.join) == (CALLER, join)


def test_alone_in_a_room_nobody_answered(rig: Any) -> None:
    inside(rig)
    rig.wait(9_000)
    rig.hear(inputs.RoomLeft(leg=CALLER, reason="ended"))
    assert (out(rig).reason, out(rig).duration_ms, out(rig).hung_up) == ("ended", 9_000, False)
    rig.do(commands.Hangup())
    ended = rig.finish()
    assert ended.missed
    assert rig.wrote(events.ConferenceLeft)[0].duration_ms == 9_000


def test_company_is_a_person_and_its_time_is_talk(rig: Any) -> None:
    inside(rig)
    rig.wait(1_000)
    assert rig.hear(OTHER) == []  # the room mixes; nobody bridges
    rig.wait(2_000)
    rig.hear(inputs.Disconnected(leg=CALLER))
    rig.wait(4_000)
    rig.hear(OTHER)
    rig.wait(8_000)
    gone = effects.LeaveRoom(leg=CALLER, conference=ROOM, hung_up=True)
    assert gone in rig.hear(inputs.LegHungUp(leg=CALLER))
    assert (out(rig).reason, out(rig).hung_up) == ("hung_up", True)
    ended = rig.finish()
    assert (ended.missed, ended.talk_ms, ended.answered_by) == (False, 10_000, "PA-other")


def test_a_full_room(rig: Any) -> None:
    rig.answered()
    rig.do(commands.JoinConference(conference=ROOM))
    rig.hear(inputs.RoomLeft(leg=CALLER, reason="full"))
    assert (out(rig).reason, out(rig).duration_ms) == ("full", 0)
    assert not rig.wrote(events.ConferenceJoined)
    assert not rig.wrote(events.ConferenceLeft)


@pytest.mark.parametrize("how", ["command", "star", "limit"])
def test_leaving_waits_for_the_room(rig: Any, how: str) -> None:
    inside(rig, hangup_on_star=True, time_limit_ms=5_000)
    match how:
        case "command":
            new = rig.do(commands.LeaveConference())
        case "star":
            new = rig.hear(inputs.DigitPressed(leg=CALLER, digit="*"))
        case _:
            new = rig.wait(5_000)
    assert new == [LEAVE]
    assert not rig.told(notices.ConferenceFinished)
    rig.hear(inputs.RoomLeft(leg=CALLER, reason="left"))
    assert out(rig).reason == "left"


def test_a_room_that_does_not_answer_is_left_all_the_same(rig: Any) -> None:
    inside(rig)
    rig.do(commands.LeaveConference())
    rig.do(commands.LeaveConference())
    rig.wait(60_000)
    assert out(rig).reason == "left"
    assert rig.wants(effects.LeaveRoom) == [LEAVE]


def test_the_star_is_not_for_everybody(rig: Any) -> None:
    inside(rig)
    assert rig.hear(inputs.DigitPressed(leg=CALLER, digit="*")) == []
    assert not rig.told(notices.DigitHeard)


def test_another_program_does_not_wait(rig: Any) -> None:
    inside(rig)
    assert LEAVE in rig.do(commands.Clear())
    assert not rig.told(notices.ConferenceFinished)
    assert len(rig.wrote(events.ConferenceLeft)) == 1
    rig.hear(inputs.RoomLeft(leg=CALLER, reason="left"))
    assert len(rig.wrote(events.ConferenceLeft)) == 1


@pytest.mark.parametrize(
    "effect", [effects.EnterRoom(leg=CALLER, join=commands.JoinConference(conference=ROOM)), LEAVE]
)
def test_a_room_that_cannot_be_reached(rig: Any, effect: effects.Effect) -> None:
    inside(rig)
    rig.hear(inputs.EffectFailed(effect=effect))
    assert out(rig).reason in {"failed", "left"}


def test_the_member_s_own_record(rig: Any) -> None:
    inside(rig, record=True)
    (start,) = rig.wants(effects.StartRecording)
    assert start.source == "conference"
    assert [(c.leg, c.incoming) for c in start.channels] == [(CALLER, True)]
    new = rig.hear(inputs.RoomLeft(leg=CALLER, reason="ended"))
    assert new == [effects.StopRecording(recording=start.recording)]


def test_entering_too_late_is_entering_nothing(rig: Any) -> None:
    rig.answered()
    rig.do(commands.JoinConference(conference=ROOM))
    rig.do(commands.LeaveConference())
    rig.hear(inputs.RoomEntered(leg=CALLER, members=4))
    assert not rig.wrote(events.ConferenceJoined)
    rig.hear(inputs.RoomLeft(leg=CALLER, reason="left"))
    assert out(rig).duration_ms == 0


@pytest.mark.parametrize("how", [inputs.RoomMuted, inputs.RoomHeld])
def test_what_nobody_hears_is_not_kept(rig: Any, how: Any) -> None:
    inside(rig, record=True)
    (start,) = rig.wants(effects.StartRecording)
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    assert rig.hear(how(leg=CALLER, on=True)) == [effects.PauseRecording(recording=start.recording)]
    assert rig.hear(how(leg=CALLER, on=False)) == [
        effects.ResumeRecording(recording=start.recording)
    ]
    facts = rig.wrote(events.LegMuted if how is inputs.RoomMuted else events.LegHeld)
    assert [fact.on for fact in facts] == [True, False]


def test_who_comes_in_muted_is_kept_once_they_are_heard(rig: Any) -> None:
    inside(rig, record=True, muted=True)
    assert not rig.wants(effects.StartRecording)
    rig.hear(inputs.RoomHeld(leg=CALLER, on=True))
    rig.hear(inputs.RoomMuted(leg=CALLER, on=False))
    assert not rig.wants(effects.StartRecording)
    rig.hear(inputs.RoomHeld(leg=CALLER, on=False))
    assert len(rig.wants(effects.StartRecording)) == 1
