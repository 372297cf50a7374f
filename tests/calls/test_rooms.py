"""A stay in a conference room, seen from one call."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.rooms import STAY_TABLE, StayState, StayTrigger
from ringfence.kernel.ids import ClipId, ConferenceId, LegId, PartyId, RecordingId
from ringfence.kernel.limits import RECORDING_ANSWER_MS

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


def test_who_is_muted_and_then_on_hold_has_one_recording(rig: Any) -> None:
    inside(rig, record=True)
    (start,) = rig.wants(effects.StartRecording)
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    for how, on in (
        (inputs.RoomMuted, True), (inputs.RoomHeld, True),
        (inputs.RoomMuted, False), (inputs.RoomHeld, False),
    ):  # fmt: skip
        assert not rig.wants(effects.ResumeRecording)
        rig.hear(how(leg=CALLER, on=on))
    assert rig.wants(effects.ResumeRecording)
    assert not rig.wants(effects.StopRecording)
    assert len(rig.wants(effects.StartRecording)) == 1


def test_who_comes_in_muted_is_kept_once_they_are_heard(rig: Any) -> None:
    inside(rig, record=True, muted=True)
    assert not rig.wants(effects.StartRecording)
    rig.hear(inputs.RoomHeld(leg=CALLER, on=True))
    rig.hear(inputs.RoomMuted(leg=CALLER, on=False))
    assert not rig.wants(effects.StartRecording)
    rig.hear(inputs.RoomHeld(leg=CALLER, on=False))
    assert len(rig.wants(effects.StartRecording)) == 1


# --- asked anew in the middle of a talk -----------------------------------------------------------


def notice(*, ask: bool = True) -> commands.RecordingNotice:
    return commands.RecordingNotice(
        clips=(ClipId("CL-said"),), ask=ask, text="hash", version="1", language="en"
    )


def ruled(duty: Any, *, outcome: Any = "ask") -> commands.RuleRecording:
    return commands.RuleRecording(
        source="conference", outcome=outcome, law="ask", rules=("x",), edition="1", decided_at=1,
        beep=False, policy="law", hours=None, zone="UTC", parties=(PartyId("PA-caller"),),
        places=("",), standings=("person",), consents=("unknown",), restricted=(False,),
        duties=(duty,), again=True,
    )  # fmt: skip


def kept(rig: Any, duty: Any = "ask") -> RecordingId:
    """A member whose voice is kept, until somebody came in under a stricter law."""
    inside(rig, record=True)
    (start,) = rig.wants(effects.StartRecording)
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    rig.do(commands.HoldVoice(why="unasked"))
    assert rig.wants(effects.PauseRecording)
    rig.do(ruled(duty))
    return RecordingId(start.recording)


def said(rig: Any, reason: Any = "done") -> None:
    play = rig.wants(effects.StartPlay)[-1].play
    rig.hear(inputs.PlayEnded(leg=CALLER, play=play, reason=reason))


def press(rig: Any, digit: str) -> None:
    rig.hear(inputs.DigitPressed(leg=CALLER, digit=digit))


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("key", ["1", "2", "*", ""])
def test_a_member_asked_anew_is_kept_after_a_yes_alone(rig: Any, key: str) -> None:
    recording = kept(rig)
    rig.do(commands.AskVoice(notice=notice()))
    rig.do(commands.ResumeRecording(recording=recording))
    rig.hear(inputs.RoomMuted(leg=CALLER, on=True))
    rig.hear(inputs.RoomMuted(leg=CALLER, on=False))
    said(rig)
    assert not rig.wants(effects.ResumeRecording), "nobody else may let it go on"
    if key:
        press(rig, key)
    else:
        rig.wait(RECORDING_ANSWER_MS)
    (told,) = rig.wrote(events.RecordingTold)
    assert told.answer == {"1": "yes", "": "nothing"}.get(key, "no")
    assert bool(rig.wants(effects.ResumeRecording)) is (key == "1")
    assert bool(rig.wants(effects.StopRecording)) is (key != "1")
    rig.hear(inputs.RoomHeld(leg=CALLER, on=True))
    rig.hear(inputs.RoomHeld(leg=CALLER, on=False))
    assert len(rig.wants(effects.StartRecording)) == 1, "a no stays one"
    assert not rig.wants(effects.LeaveRoom), "they stay in the room"


@pytest.mark.promise("TEL-07")
def test_a_member_told_anew_is_kept_once_they_heard_it(rig: Any) -> None:
    kept(rig, "announce")
    rig.do(commands.AskVoice(notice=notice(ask=False)))
    assert not rig.wants(effects.ResumeRecording)
    said(rig)
    assert rig.wants(effects.ResumeRecording)


def test_what_could_not_be_said_is_a_no(rig: Any) -> None:
    kept(rig)
    rig.do(commands.AskVoice(notice=notice()))
    said(rig, "failed")
    assert rig.wants(effects.StopRecording)
    rig.do(commands.HoldVoice(why="unasked"))
    rig.do(ruled("ask"))
    before = len(rig.wants(effects.StartPlay))
    rig.do(commands.AskVoice(notice=notice()))
    assert len(rig.wants(effects.StartPlay)) == before, "whoever said no is not asked again"


@pytest.mark.promise("TEL-07")
def test_a_still_stricter_law_takes_the_place_of_the_first(rig: Any) -> None:
    """What was said for the first of them is no answer to the second."""
    kept(rig, "announce")
    rig.do(commands.AskVoice(notice=notice(ask=False)))
    first = rig.wants(effects.StartPlay)[-1].play
    rig.do(commands.HoldVoice(why="unasked"))
    rig.do(ruled("ask"))
    rig.hear(inputs.PlayEnded(leg=CALLER, play=first, reason="done"))
    assert not rig.wrote(events.RecordingTold)
    rig.do(commands.AskVoice(notice=notice()))
    said(rig)
    assert not rig.wants(effects.ResumeRecording)
    press(rig, "1")
    assert rig.wants(effects.ResumeRecording)


def test_who_leaves_is_asked_no_more(rig: Any) -> None:
    kept(rig)
    rig.do(commands.AskVoice(notice=notice()))
    rig.hear(inputs.RoomLeft(leg=CALLER, reason="ended"))
    assert rig.wants(effects.StopPlay)
    press(rig, "1")
    assert not rig.wrote(events.RecordingTold)
    assert rig.told(notices.DigitHeard)[-1].digit == "1", "the key is the program's"
    rig.do(commands.HoldVoice(why="unasked"))
    rig.do(commands.AskVoice(notice=notice()))
    assert not rig.wants(effects.ResumeRecording)


def test_who_was_not_yet_kept_begins_with_the_yes(rig: Any) -> None:
    """Muted all the while: the first frame that is kept is one after the yes."""
    inside(rig, record=True, muted=True)
    rig.do(commands.HoldVoice(why="unasked"))
    rig.do(ruled("ask"))
    rig.hear(inputs.RoomMuted(leg=CALLER, on=False))
    assert not rig.wants(effects.StartRecording)
    rig.do(commands.AskVoice(notice=notice()))
    press(rig, "1")
    assert len(rig.wants(effects.StartRecording)) == 1
