"""What each command does, and when it is our fault to give it."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import (
    CallId,
    ClipId,
    ConferenceId,
    LegId,
    PartyId,
    QueueId,
    RecordingId,
)

CALLER = LegId("LG-caller")
CLIP = ClipId("CL-1")
ROOM = ConferenceId("CF-1")
QUEUE = QueueId("QU-1")


def a_target() -> commands.DialTarget:
    return commands.DialTarget(endpoint=commands.ToSip(uri="sip:x@example.com"))


@pytest.mark.parametrize(
    "command",
    [
        commands.Play(play=1, clips=(CLIP,)),
        commands.PlayTone(play=1, tone="beep"),
        commands.StopPlay(),
        commands.Collect(),
        commands.SendDigits(digits="1"),
        commands.StartRecording(),
        commands.JoinConference(conference=ROOM),
        commands.Enqueue(queue=QUEUE),
        commands.TakeFromQueue(queue=QUEUE),
        commands.Transfer(target="sip:x@example.com"),
        commands.Mute(on=True),
        commands.Echo(on=True),
        commands.Hold(on=True),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_needs_an_answer_first(rig: Any, command: commands.Command) -> None:
    rig.arrive()
    with pytest.raises(LocalError):
        rig.do(command)
    assert rig.effects == []


@pytest.mark.parametrize(
    "command",
    [
        commands.Collect(),
        commands.Dial(targets=(a_target(),)),
        commands.JoinConference(conference=ROOM),
        commands.Enqueue(queue=QUEUE),
        commands.TakeFromQueue(queue=QUEUE),
        commands.Transfer(target="sip:x@example.com"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_one_thing_at_a_time(rig: Any, command: commands.Command) -> None:
    rig.talking()
    with pytest.raises(LocalError):
        rig.do(command)


@pytest.mark.parametrize("play", [0, -1])
def test_the_numbers_of_prompts(rig: Any, play: int) -> None:
    rig.answered()
    with pytest.raises(LocalError):
        rig.do(commands.Play(play=play, clips=(CLIP,)))
    with pytest.raises(LocalError):
        rig.do(commands.PlayTone(play=play, tone="beep"))
    rig.do(commands.Play(play=5, clips=(CLIP,)))
    with pytest.raises(LocalError):
        rig.do(commands.Play(play=5, clips=(CLIP,)))


def test_a_call_begins_once(rig: Any) -> None:
    rig.arrive()
    with pytest.raises(LocalError):
        rig.do(
            commands.Originate(target=a_target(), caller=PartyId("PA-1"), called=PartyId("PA-2"))
        )


def test_answering_twice_is_answered_at_once(rig: Any) -> None:
    rig.answered()
    assert rig.do(commands.Answer()) == []
    assert len(rig.told(notices.Answered)) == 2


def test_answering_while_answering_waits(rig: Any) -> None:
    rig.arrive()
    rig.do(commands.Answer())
    assert rig.do(commands.Answer()) == []
    assert not rig.told(notices.Answered)


def test_a_prompt_to_another_leg(rig: Any) -> None:
    agent = rig.talking()
    rig.do(commands.Play(play=1, clips=(CLIP,), leg=agent, loop=3))
    assert rig.effects[-1] == effects.StartPlay(leg=agent, play=1, clips=(CLIP,), loop=3)
    rig.hear(inputs.LegHungUp(leg=agent))
    assert rig.told(notices.PlayFinished)[0].reason == "stopped"


def test_nothing_to_play_is_played_at_once(rig: Any) -> None:
    rig.answered()
    assert rig.do(commands.Play(play=1, clips=())) == []
    assert rig.told(notices.PlayFinished) == [notices.PlayFinished(play=1, reason="done")]


def test_a_leg_that_is_not_ours(rig: Any) -> None:
    rig.answered()
    with pytest.raises(LocalError):
        rig.do(commands.Mute(on=True, leg=LegId("LG-x")))


def test_a_tone(rig: Any) -> None:
    rig.answered()
    assert rig.do(commands.PlayTone(play=1, tone="beep", duration_ms=200)) == [
        effects.StartTone(leg=CALLER, play=1, tone="beep", duration_ms=200)
    ]
    assert rig.do(commands.StopPlay()) == [effects.StopPlay(leg=CALLER)]
    rig.hear(inputs.PlayEnded(leg=CALLER, play=1, reason="stopped", played_ms=90))
    assert rig.told(notices.PlayFinished)[0].played_ms == 90
    assert rig.do(commands.StopPlay()) == []


def test_stopping_a_collection(rig: Any) -> None:
    rig.answered()
    rig.do(commands.StopCollect())
    rig.do(commands.PromptsDone())
    assert not rig.told(notices.DigitsEntered)
    rig.do(commands.Collect())
    rig.do(commands.StopCollect())
    assert rig.told(notices.DigitsEntered)[0].reason == "stopped"


def test_sent_digits_are_counted_without_the_pauses(rig: Any) -> None:
    rig.answered()
    rig.do(commands.SendDigits(digits="wW12#w"))
    assert rig.wrote(events.DigitsDialled)[0].count == 3


def test_muting(rig: Any) -> None:
    agent = rig.talking()
    assert rig.do(commands.Mute(on=True, leg=agent)) == [effects.MuteLeg(leg=agent, on=True)]
    assert rig.wrote(events.LegMuted)[0].leg == agent


def test_a_caller_hears_itself(rig: Any) -> None:
    rig.answered()
    assert rig.do(commands.Echo(on=True)) == [effects.EchoLeg(leg=CALLER, on=True)]
    assert rig.do(commands.Echo(on=False)) == [effects.EchoLeg(leg=CALLER, on=False)]


def test_a_caller_who_talks_does_not(rig: Any) -> None:
    rig.talking()
    with pytest.raises(LocalError):
        rig.do(commands.Echo(on=True))


def test_holding(rig: Any) -> None:
    agent = rig.talking()
    new = rig.do(commands.Hold(on=True, clips=(CLIP,)))
    assert new[0] == effects.MuteLeg(leg=agent, on=True)
    assert (new[1].leg, new[1].loop) == (agent, 0)
    again = rig.do(commands.Hold(on=True, clips=(CLIP,)))
    assert again == [effects.MuteLeg(leg=agent, on=True)]
    assert rig.do(commands.Hold(on=False)) == [
        effects.MuteLeg(leg=agent, on=False),
        effects.StopPlay(leg=agent, patient=True),
    ]


def test_there_is_nobody_to_hold(rig: Any) -> None:
    rig.answered()
    with pytest.raises(LocalError):
        rig.do(commands.Hold(on=True))


def test_clearing_keeps_recordings_and_forgets_prompts(rig: Any) -> None:
    rig.answered()
    rig.do(commands.StartRecording())
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    rig.do(commands.Collect())
    assert rig.do(commands.Clear()) == [effects.StopPlay(leg=CALLER)]
    assert not rig.told(notices.PlayFinished)
    assert not rig.told(notices.DigitsEntered)
    rig.hear(inputs.PlayEnded(leg=CALLER, play=1, reason="stopped"))
    assert not rig.told(notices.PlayFinished)
    assert not rig.wants(effects.StopRecording)
    rig.do(commands.Play(play=2, clips=(CLIP,)))


def test_clearing_before_the_answer(rig: Any) -> None:
    rig.arrive()
    assert rig.do(commands.Clear()) == []


def test_a_note_is_a_fact(rig: Any) -> None:
    rig.arrive()
    rig.do(commands.Note(code="markup_invalid", text="Line 3: unknown verb.", level="error"))
    (note,) = rig.wrote(events.TimelineNoted)
    assert (note.code, note.level) == ("markup_invalid", "error")


def test_choosing_a_recording_that_is_not_there(rig: Any) -> None:
    rig.answered()
    rig.do(commands.StartRecording())
    assert rig.do(commands.StopRecording(recording=RecordingId("RE-x"))) == []


@pytest.mark.parametrize(
    "command",
    [commands.LeaveQueue(), commands.LeaveConference(), commands.EndDial()],
    ids=lambda command: type(command).__name__,
)
def test_leaving_what_one_is_not_in(rig: Any, command: commands.Command) -> None:
    rig.answered()
    assert rig.do(command) == []


def test_a_program_error_ends_the_call_when_its_driver_says_so(rig: Any) -> None:
    rig.answered()
    with pytest.raises(LocalError):
        rig.do(commands.Hold(on=True))
    rig.do(commands.Hangup(cause=Cause.SERVER_ERROR))
    assert rig.finish().cause is Cause.SERVER_ERROR


# --- steering from outside ------------------------------------------------------------------------


def test_one_leg_is_dropped_and_the_program_goes_on(rig: Any) -> None:
    agent = rig.talking()
    rig.do(commands.DropLeg(leg=agent))
    (done,) = rig.told(notices.DialFinished)
    assert (done.status, done.hung_up) == ("completed", False)
    assert rig.wants(effects.HangUpLeg)[-1].leg == agent
    rig.do(commands.DropLeg(leg=agent))
    rig.do(commands.DropLeg(leg=CALLER))
    assert rig.finish().hung_up_by == "system"


def test_a_leg_that_rings_is_dropped_and_the_next_one_rings(rig: Any) -> None:
    rig.answered()
    (one,) = rig.dial("one", "two", sequential=True)
    rig.do(commands.DropLeg(leg=one, cause=Cause.CANCELLED))
    assert rig.wants(effects.CancelLeg)[-1].leg == one
    assert len(rig.wants(effects.PlaceLeg)) == 2


def test_a_new_limit_counts_from_the_answer(rig: Any) -> None:
    rig.answered()
    rig.wait(5_000)
    rig.do(commands.LimitTime(max_ms=8_000))
    rig.wait(2_999)
    assert not rig.told(notices.CallOver)
    rig.wait(1)
    assert rig.told(notices.CallOver)[0].cause is Cause.MAX_DURATION


def test_a_limit_that_is_over_ends_at_once(rig: Any) -> None:
    rig.answered()
    rig.wait(9_000)
    rig.do(commands.LimitTime(max_ms=1_000))
    rig.wait(1)
    assert rig.told(notices.CallOver)


def test_a_limit_of_a_dialled_leg_ends_the_conversation_alone(rig: Any) -> None:
    agent = rig.talking()
    rig.do(commands.LimitTime(max_ms=4_000, leg=agent))
    rig.wait(4_000)
    (done,) = rig.told(notices.DialFinished)
    assert done.cause is Cause.MAX_DURATION
    assert not rig.told(notices.CallOver)
    with pytest.raises(LocalError):
        rig.do(commands.LimitTime(max_ms=4_000, leg=agent))


def test_a_partner_goes_on_in_a_call_of_its_own(rig: Any, make_rig: Any) -> None:
    agent = rig.talking(record="from_answer")
    rig.wait(3_000)
    given = rig.call.partner(agent)
    assert given is not None
    new = rig.do(commands.GiveLeg(leg=agent, to=CallId("CA-agent")))
    assert effects.UnbridgeLegs(a=CALLER, b=agent) in new
    assert not [e for e in new if isinstance(e, effects.HangUpLeg | effects.ReleaseLeg)]
    (done,) = rig.told(notices.DialFinished)
    assert (done.status, done.talk_ms, done.leg) == ("completed", 3_000, agent)
    assert [effect for effect in new if isinstance(effect, effects.StopRecording)]
    assert rig.call.partner(agent) is None

    other = make_rig()
    other.now = rig.now
    other.do(
        commands.AdoptLeg(
            leg=agent, parent=CallId("CA-test"), caller=PartyId("PA-caller"),
            party=PartyId("PA-agent"), codec=given.codec, placed_at=given.placed_at,
            up_at=given.up_at,
        )
    )  # fmt: skip
    assert other.told(notices.Answered)
    assert other.fact_names()[:2] == ["CallPlaced", "CallAnswered"]
    assert other.wrote(events.CallPlaced)[0].parent == "CA-test"
    other.do(commands.Play(play=1, clips=(CLIP,)))
    other.wait(2_000)
    other.hear(inputs.LegHungUp(leg=agent))
    ended = other.finish()
    assert (ended.duration_ms, ended.hung_up_by, ended.direction) == (5_000, "callee", "outbound")
    assert (ended.offered_at, ended.answered_at) == (given.placed_at, given.up_at)
    (gone,) = other.wrote(events.LegEnded)
    assert gone.up_ms == 5_000, "it is charged for the whole"
    rig.do(commands.Hangup())
    (recording,) = rig.wrote(events.RecordingRequested)
    rig.hear(inputs.RecordingBroke(recording=recording.recording, reason="failed"))
    assert [fact.leg for fact in (rig.finish(), *rig.wrote(events.LegEnded))[1:]] == [CALLER]


def test_music_of_a_partner_who_is_given_away_ends_with_that(rig: Any) -> None:
    """And its end is told soon: the next call numbers what it plays from the start."""
    agent = rig.talking()
    rig.do(commands.Hold(on=True, clips=(CLIP,)))
    new = rig.do(commands.GiveLeg(leg=agent, to=CallId("CA-agent")))
    assert effects.StopPlay(leg=agent) in new


@pytest.mark.parametrize("state", ["alone", "ringing", "first"])
def test_only_a_partner_is_given_away(rig: Any, state: str) -> None:
    leg = CALLER
    if state == "ringing":
        rig.answered()
        (leg,) = rig.dial("agent")
    elif state == "alone":
        rig.answered()
    else:
        rig.talking()
    assert rig.call.partner(leg) is None
    with pytest.raises(LocalError):
        rig.do(commands.GiveLeg(leg=leg, to=CallId("CA-x")))


def test_a_call_adopts_first_or_never(rig: Any) -> None:
    rig.answered()
    adopt = commands.AdoptLeg(
        leg=LegId("LG-x"), parent=CallId("CA-x"), caller=PartyId("PA-1"), party=PartyId("PA-2"),
        placed_at=Ms(0), up_at=Ms(1),
    )  # fmt: skip
    with pytest.raises(LocalError):
        rig.do(adopt)


def test_the_talk_with_a_dialled_leg_is_recorded_until_it_is_over(rig):
    rig.answered()
    (leg,) = rig.dial("agent")
    rig.hear(inputs.LegAnswered(leg=leg))
    rig.do(commands.StartRecording(source="call", partner=leg))
    (begun,) = rig.wants(effects.StartRecording)
    assert [channel.leg for channel in begun.channels] == ["LG-caller", leg]
    assert all(channel.incoming for channel in begun.channels)
    rig.hear(inputs.LegHungUp(leg=leg))
    assert rig.wants(effects.StopRecording) == [effects.StopRecording(recording=begun.recording)]
