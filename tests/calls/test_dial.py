"""Dialling: who rings, who wins, what the caller hears, and what the program is told."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.calls.dial import DIAL_TABLE, DialState, DialTrigger
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import ClipId, LegId

CALLER = LegId("LG-caller")


def test_the_table_names_every_state_and_trigger() -> None:
    assert set(DIAL_TABLE) == set(get_args(DialState))
    assert {trigger for row in DIAL_TABLE.values() for trigger in row} == set(get_args(DialTrigger))
    for state, row in DIAL_TABLE.items():
        assert row == {} if state == "done" else row["stop"] == "done"


def finished(rig: Any) -> notices.DialFinished:
    (notice,) = rig.told(notices.DialFinished)
    (fact,) = rig.wrote(events.DialEnded)
    assert (fact.status, fact.cause) == (notice.status, notice.cause)
    assert (fact.ring_ms, fact.talk_ms) == (notice.ring_ms, notice.talk_ms)
    assert (fact.leg, fact.party) == (notice.leg, notice.party)
    assert isinstance(notice, notices.DialFinished)
    return notice


# --- a caller who is answered -----------------------------------------------------------------


def test_the_caller_hears_ringing_and_then_the_callee(rig: Any) -> None:
    rig.answered()
    (agent,) = rig.dial("agent")
    tone, place = rig.effects[-2:]
    assert (type(tone), tone.tone, tone.leg) == (effects.StartTone, "ringback", CALLER)
    assert (place.leg, place.party, place.ring_ms) == (agent, "PA-agent", 30_000)
    rig.wait(4_000)
    assert rig.hear(inputs.LegRang(leg=agent)) == []
    rig.wait(2_000)
    assert rig.hear(inputs.LegAnswered(leg=agent, codec="PCMA")) == [
        effects.StopPlay(leg=CALLER, patient=True),
        effects.BridgeLegs(a=CALLER, b=agent),
    ]
    rig.wait(60_000)
    assert rig.hear(inputs.LegHungUp(leg=agent)) == [effects.ReleaseLeg(leg=agent)]
    done = finished(rig)
    assert (done.status, done.cause, done.hung_up) == ("completed", Cause.NORMAL, False)
    assert (done.ring_ms, done.talk_ms) == (6_000, 60_000)
    assert (done.leg, done.party) == (agent, "PA-agent")
    rig.do(commands.Hangup())
    ended = rig.finish()
    assert not ended.missed
    assert ended.talk_ms == 60_000
    assert ended.duration_ms == 66_000
    assert ended.hung_up_by == "callee"
    assert ended.answered_by == "PA-agent"
    assert ended.answered_by_person_at == ended.answered_at + 6_000


def test_the_program_that_goes_on_has_ended_the_call_itself(rig: Any) -> None:
    agent = rig.talking()
    rig.hear(inputs.LegHungUp(leg=agent))
    rig.do(commands.Play(play=1, clips=(ClipId("CL-1"),)))
    rig.do(commands.Hangup())
    assert rig.finish().hung_up_by == "system"


def test_the_caller_hangs_up_while_talking(rig: Any) -> None:
    agent = rig.talking()
    rig.wait(3_000)
    new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert new == [
        effects.ReleaseLeg(leg=CALLER),
        effects.HangUpLeg(leg=agent, cause=Cause.NORMAL),
        effects.ReleaseLeg(leg=agent),
    ]
    done = finished(rig)
    assert (done.status, done.talk_ms, done.hung_up) == ("completed", 3_000, True)
    assert [type(notice) for notice in rig.notices[-2:]] == [
        notices.CallOver,
        notices.DialFinished,
    ]
    ended = rig.finish()
    assert (ended.hung_up_by, ended.talk_ms) == ("caller", 3_000)


def test_the_caller_hangs_up_while_it_rings(rig: Any) -> None:
    rig.answered()
    legs = rig.dial("a", "b")
    new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert new[0] == effects.ReleaseLeg(leg=CALLER)
    for leg in legs:
        assert effects.CancelLeg(leg=leg, cause=Cause.CANCELLED) in new
        assert effects.ReleaseLeg(leg=leg) in new
    done = finished(rig)
    assert (done.status, done.leg, done.hung_up) == ("cancelled", None, True)
    assert rig.finish().missed


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (Cause.BUSY, "busy"),
        (Cause.REJECTED, "busy"),
        (Cause.NO_ANSWER, "no_answer"),
        (Cause.UNALLOCATED, "failed"),
        (Cause.NOT_ACCEPTABLE, "failed"),
    ],
)
def test_a_refusal_is_told(rig: Any, cause: Cause, status: str) -> None:
    rig.answered()
    (agent,) = rig.dial("agent")
    rig.wait(700)
    new = rig.hear(inputs.LegRefused(leg=agent, cause=cause, status=486))
    assert new == [effects.ReleaseLeg(leg=agent), effects.StopPlay(leg=CALLER, patient=True)]
    done = finished(rig)
    assert (done.status, done.cause, done.ring_ms) == (status, cause, 700)
    rig.do(commands.Hangup())
    rig.finish()
    (leg,) = [fact for fact in rig.wrote(events.LegEnded) if fact.leg == agent]
    assert (leg.status, leg.cause, leg.by_far_end, leg.up_ms) == (486, cause, True, 0)


def test_nobody_answers_in_time(rig: Any) -> None:
    rig.answered()
    (agent,) = rig.dial("agent", ring_ms=12_000)
    rig.wait(11_999)
    assert not rig.told(notices.DialFinished)
    new = rig.wait(1)
    assert new[:2] == [
        effects.CancelLeg(leg=agent, cause=Cause.NO_ANSWER),
        effects.ReleaseLeg(leg=agent),
    ]
    assert finished(rig).status == "no_answer"
    assert (finished(rig).leg, finished(rig).rung) == (None, agent)


def test_a_leg_that_cannot_be_placed(rig: Any) -> None:
    rig.answered()
    rig.dial("agent")
    place = rig.wants(effects.PlaceLeg)[0]
    rig.hear(inputs.EffectFailed(effect=place, cause=Cause.NOT_REGISTERED))
    assert finished(rig).cause is Cause.NOT_REGISTERED
    assert rig.call.answered
    assert not rig.call.ending


def test_a_bridge_that_cannot_be_built_is_no_conversation(rig: Any) -> None:
    agent = rig.talking()
    bridge = rig.wants(effects.BridgeLegs)[0]
    new = rig.hear(inputs.EffectFailed(effect=bridge))
    assert effects.HangUpLeg(leg=agent, cause=Cause.SERVER_ERROR) in new
    assert finished(rig).cause is Cause.SERVER_ERROR


# --- several targets --------------------------------------------------------------------------


def test_the_first_answer_wins_and_the_others_are_cancelled(rig: Any) -> None:
    rig.answered()
    a, b, c = rig.dial("a", "b", "c")
    rig.hear(inputs.LegRang(leg=a))
    rig.hear(inputs.LegRang(leg=c))
    new = rig.hear(inputs.LegAnswered(leg=b))
    assert new == [
        effects.CancelLeg(leg=a, cause=Cause.ANSWERED_ELSEWHERE),
        effects.ReleaseLeg(leg=a),
        effects.CancelLeg(leg=c, cause=Cause.ANSWERED_ELSEWHERE),
        effects.ReleaseLeg(leg=c),
        effects.StopPlay(leg=CALLER, patient=True),
        effects.BridgeLegs(a=CALLER, b=b),
    ]
    assert rig.hear(inputs.LegAnswered(leg=a)) == []  # its answer crossed our CANCEL


def test_one_after_the_other(rig: Any) -> None:
    rig.answered()
    (a,) = rig.dial("a", "b", "c", sequential=True, ring_ms=10_000)
    new = rig.hear(inputs.LegRefused(leg=a, cause=Cause.BUSY))
    (b,) = [effect.leg for effect in new if isinstance(effect, effects.PlaceLeg)]
    rig.wait(9_999)
    assert rig.call.legs[-1] == b
    new = rig.wait(1)
    assert effects.CancelLeg(leg=b, cause=Cause.NO_ANSWER) in new
    (c,) = [effect.leg for effect in new if isinstance(effect, effects.PlaceLeg)]
    rig.hear(inputs.LegRefused(leg=c, cause=Cause.UNALLOCATED))
    assert finished(rig).cause is Cause.BUSY  # what a person did speaks for all


def test_a_machine_that_answers_is_not_a_person(rig: Any, make_device: Any) -> None:
    rig.answered()
    rig.do(commands.Dial(targets=(make_device("mailbox", person=False),)))
    leg = rig.wants(effects.PlaceLeg)[0].leg
    rig.hear(inputs.LegAnswered(leg=leg))
    rig.wait(5_000)
    rig.hear(inputs.LegHungUp(leg=CALLER))
    ended = rig.finish()
    assert ended.missed
    assert ended.talk_ms == 0
    assert finished(rig).talk_ms == 5_000


@pytest.mark.parametrize("count", [0, 11])
def test_how_many_targets(rig: Any, make_device: Any, count: int) -> None:
    rig.answered()
    with pytest.raises(LocalError):
        rig.do(commands.Dial(targets=(make_device("x"),) * count))
    rig.do(commands.Hangup())
    rig.finish()


def test_one_dial_at_a_time(rig: Any, make_device: Any) -> None:
    rig.talking()
    with pytest.raises(LocalError):
        rig.do(commands.Dial(targets=(make_device("other"),)))


# --- a caller who is not answered -------------------------------------------------------------


def test_without_answer_on_bridge_the_caller_is_answered_at_once(rig: Any) -> None:
    rig.arrive()
    (agent,) = rig.dial("agent")
    assert rig.effects[0] == effects.AnswerLeg(leg=CALLER)
    assert not rig.wants(effects.StartTone)
    rig.hear(inputs.LegAnswered(leg=CALLER))
    assert rig.wants(effects.StartTone)
    rig.hear(inputs.LegAnswered(leg=agent))
    assert rig.wants(effects.BridgeLegs)


def test_the_callee_is_faster_than_our_own_answer(rig: Any) -> None:
    rig.arrive()
    (agent,) = rig.dial("agent")
    rig.hear(inputs.LegAnswered(leg=agent))
    assert not rig.wants(effects.BridgeLegs)
    assert rig.hear(inputs.LegAnswered(leg=CALLER)) == [effects.BridgeLegs(a=CALLER, b=agent)]


def test_answer_on_bridge_passes_ringing_on_and_answers_last(rig: Any) -> None:
    rig.arrive()
    (agent,) = rig.dial("agent", answer_on_bridge=True)
    assert not rig.wants(effects.AnswerLeg)
    assert rig.hear(inputs.LegRang(leg=agent)) == [effects.RingLeg(leg=CALLER)]
    assert rig.hear(inputs.LegRang(leg=agent)) == []
    assert rig.wrote(events.CallRang)
    rig.wait(5_000)
    assert rig.hear(inputs.LegAnswered(leg=agent)) == [effects.AnswerLeg(leg=CALLER)]
    rig.wait(100)
    assert rig.hear(inputs.LegAnswered(leg=CALLER)) == [effects.BridgeLegs(a=CALLER, b=agent)]
    rig.wait(1_000)
    rig.hear(inputs.LegHungUp(leg=agent))
    rig.do(commands.Hangup())
    ended = rig.finish()
    assert ended.duration_ms == 1_000
    assert ended.answered_by_person_at == ended.answered_at - 100
    assert finished(rig).talk_ms == 1_000


def test_answer_on_bridge_refuses_the_caller_as_the_callee_did(rig: Any) -> None:
    rig.arrive()
    (agent,) = rig.dial("agent", answer_on_bridge=True)
    rig.hear(inputs.LegRefused(leg=agent, cause=Cause.BUSY, status=486))
    assert rig.do(commands.Hangup()) == [
        effects.RefuseLeg(leg=CALLER, cause=Cause.BUSY),
        effects.ReleaseLeg(leg=CALLER),
    ]
    assert rig.finish().cause is Cause.BUSY


def test_the_callee_goes_before_the_caller_is_up(rig: Any) -> None:
    rig.arrive()
    (agent,) = rig.dial("agent", answer_on_bridge=True)
    rig.hear(inputs.LegAnswered(leg=agent))
    rig.hear(inputs.LegHungUp(leg=agent))
    done = finished(rig)
    assert (done.status, done.talk_ms) == ("no_answer", 0)
    rig.hear(inputs.LegAnswered(leg=CALLER))
    assert not rig.call.ending


def test_the_caller_cancels_while_it_is_passed_on(rig: Any) -> None:
    rig.arrive()
    (agent,) = rig.dial("agent", answer_on_bridge=True)
    rig.hear(inputs.LegRang(leg=agent))
    new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert effects.CancelLeg(leg=agent, cause=Cause.CANCELLED) in new
    ended = rig.finish()
    assert (ended.cause, ended.hung_up_by, ended.missed) == (Cause.CANCELLED, "caller", True)


# --- early audio ------------------------------------------------------------------------------


def test_an_announcement_of_the_only_target_is_let_through(rig: Any) -> None:
    rig.answered()
    (agent,) = rig.dial("agent")
    assert rig.hear(inputs.LegRang(leg=agent, early_media=True)) == [
        effects.StopPlay(leg=CALLER, patient=True),
        effects.BridgeLegs(a=CALLER, b=agent),
    ]
    assert rig.hear(inputs.LegAnswered(leg=agent)) == []  # they hear each other already
    assert rig.told(notices.DialFinished) == []
    rig.wait(1_000)
    rig.hear(inputs.LegHungUp(leg=agent))
    assert finished(rig).talk_ms == 1_000


def test_it_reaches_a_caller_who_is_not_answered(rig: Any) -> None:
    rig.arrive()
    (agent,) = rig.dial("agent", answer_on_bridge=True)
    rig.hear(inputs.LegRang(leg=agent))
    assert rig.hear(inputs.LegRang(leg=agent, early_media=True)) == [
        effects.RingLeg(leg=CALLER, early_media=True),
        effects.BridgeLegs(a=CALLER, b=agent),
    ]


def test_several_at_once_would_be_a_babble(rig: Any) -> None:
    rig.answered()
    a, _ = rig.dial("a", "b")
    assert rig.hear(inputs.LegRang(leg=a, early_media=True)) == []


def test_after_an_announcement_the_next_target_rings_again(rig: Any) -> None:
    rig.answered()
    a, b = rig.dial("a", "b")
    rig.hear(inputs.LegRefused(leg=b, cause=Cause.BUSY))
    rig.hear(inputs.LegRang(leg=a, early_media=True))
    rig.hear(inputs.LegRefused(leg=a, cause=Cause.UNALLOCATED, status=404))
    assert finished(rig).cause is Cause.BUSY
    rig.do(commands.Hangup())
    rig.finish()
    assert [fact.name() for fact in rig.wrote(events.LegsUnbridged)] == ["LegsUnbridged"]


# --- before connecting ------------------------------------------------------------------------


def test_digits_are_sent_first(rig: Any, make_device: Any) -> None:
    rig.answered()
    rig.do(commands.Dial(targets=(make_device("pbx", send_digits="ww12"),)))
    leg = rig.wants(effects.PlaceLeg)[0].leg
    assert rig.hear(inputs.LegAnswered(leg=leg)) == [effects.SendDigits(leg=leg, digits="ww12")]
    assert rig.wrote(events.DigitsDialled)[0].count == 2
    new = rig.hear(inputs.DigitsSent(leg=leg))
    assert effects.BridgeLegs(a=CALLER, b=leg) in new


def test_digits_that_cannot_be_sent_connect_all_the_same(rig: Any, make_device: Any) -> None:
    rig.answered()
    rig.do(commands.Dial(targets=(make_device("pbx", send_digits="1"),)))
    leg = rig.wants(effects.PlaceLeg)[0].leg
    rig.hear(inputs.LegAnswered(leg=leg))
    new = rig.hear(inputs.EffectFailed(effect=rig.wants(effects.SendDigits)[0]))
    assert effects.BridgeLegs(a=CALLER, b=leg) in new


def steps(rig: Any) -> list[tuple[int, str, str | None]]:
    return [(n.report, n.step, n.status) for n in rig.told(notices.DialProgress)]


def test_every_leg_reports_from_its_beginning_to_its_end(rig: Any, make_device: Any) -> None:
    rig.answered()
    targets = (make_device("a", report=1), make_device("b", report=2), make_device("c"))
    rig.do(commands.Dial(targets=targets))
    one, two, three = (effect.leg for effect in rig.wants(effects.PlaceLeg))
    for leg in (one, one, three):
        rig.hear(inputs.LegRang(leg=leg))
    rig.hear(inputs.LegRefused(leg=two, cause=Cause.BUSY, status=486))
    rig.hear(inputs.LegAnswered(leg=one))
    rig.wait(4_000)
    rig.hear(inputs.LegHungUp(leg=one, cause=Cause.NORMAL))
    assert steps(rig) == [
        (1, "initiated", None),
        (2, "initiated", None),
        (1, "ringing", None),
        (2, "completed", "busy"),
        (1, "answered", None),
        (1, "completed", "completed"),
    ]
    assert [n.talk_ms for n in rig.told(notices.DialProgress) if n.step == "completed"] == [
        0,
        4_000,
    ]
    kinds = [
        type(n) for n in rig.notices if isinstance(n, notices.DialProgress | notices.DialFinished)
    ]
    assert kinds[-1] is notices.DialFinished


def test_a_caller_who_gives_up_ends_every_report(rig: Any, make_device: Any) -> None:
    rig.answered()
    rig.do(commands.Dial(targets=(make_device("a", report=7),)))
    rig.hear(inputs.LegHungUp(leg=CALLER, cause=Cause.NORMAL))
    assert steps(rig) == [(7, "initiated", None), (7, "completed", "cancelled")]


def test_who_is_not_reached_in_time_is_reported_so(rig: Any, make_device: Any) -> None:
    rig.answered()
    rig.do(commands.Dial(targets=(make_device("a", report=1),), ring_ms=5_000))
    rig.wait(5_000)
    assert steps(rig)[-1] == (1, "completed", "no_answer")


# --- while talking ----------------------------------------------------------------------------


def test_the_time_for_talking_is_over(rig: Any) -> None:
    agent = rig.talking(time_limit_ms=20_000)
    rig.wait(19_999)
    assert not rig.told(notices.DialFinished)
    new = rig.wait(1)
    assert effects.UnbridgeLegs(a=CALLER, b=agent) in new
    assert effects.HangUpLeg(leg=agent, cause=Cause.MAX_DURATION) in new
    done = finished(rig)
    assert (done.status, done.cause, done.talk_ms) == ("completed", Cause.MAX_DURATION, 20_000)
    assert not rig.call.ending


@pytest.mark.parametrize(("asked", "ends"), [(True, True), (False, False)])
def test_the_star(rig: Any, asked: bool, ends: bool) -> None:
    agent = rig.talking(hangup_on_star=asked)
    rig.hear(inputs.DigitPressed(leg=agent, digit="*"))
    assert not rig.told(notices.DialFinished)
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="*"))
    assert bool(rig.told(notices.DialFinished)) is ends
    assert not rig.told(notices.DigitHeard)


def test_the_api_ends_the_dial(rig: Any) -> None:
    agent = rig.talking()
    new = rig.do(commands.EndDial())
    assert effects.HangUpLeg(leg=agent, cause=Cause.CANCELLED) in new
    assert finished(rig).status == "completed"
    assert not rig.call.ending


def test_another_program_takes_over(rig: Any) -> None:
    agent = rig.talking()
    new = rig.do(commands.Clear())
    assert effects.HangUpLeg(leg=agent, cause=Cause.CANCELLED) in new
    assert rig.told(notices.DialFinished) == []
    assert len(rig.wrote(events.DialEnded)) == 1
    rig.do(commands.Play(play=9, clips=(ClipId("CL-1"),)))


# --- recording --------------------------------------------------------------------------------


def test_recording_from_the_answer_keeps_both_voices(rig: Any) -> None:
    agent = rig.talking(record="from_answer")
    (start,) = rig.wants(effects.StartRecording)
    assert start.source == "dial"
    assert [(c.leg, c.incoming, c.party) for c in start.channels] == [
        (CALLER, True, "PA-caller"),
        (agent, True, "PA-agent"),
    ]
    assert not start.mixed
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    new = rig.hear(inputs.LegHungUp(leg=agent))
    assert new == [
        effects.StopRecording(recording=start.recording),
        effects.ReleaseLeg(leg=agent),
    ]
    assert finished(rig).recording == start.recording


def test_recording_from_the_ringing_keeps_what_the_caller_hears(rig: Any) -> None:
    rig.answered()
    (agent,) = rig.dial("agent", record="from_ringing", dual=False)
    (start,) = rig.wants(effects.StartRecording)
    assert [(c.leg, c.incoming) for c in start.channels] == [(CALLER, True), (CALLER, False)]
    assert start.mixed
    rig.hear(inputs.LegAnswered(leg=agent))
    assert len(rig.wants(effects.StartRecording)) == 1
    rig.hear(inputs.LegHungUp(leg=agent))
    assert rig.wants(effects.StopRecording)


@pytest.mark.parametrize(("track", "voice"), [("inbound", "PA-caller"), ("outbound", "PA-agent")])
def test_one_side_alone_is_recorded(rig: Any, track: Any, voice: str) -> None:
    rig.talking(record="from_answer", track=track)
    (start,) = rig.wants(effects.StartRecording)
    assert [channel.party for channel in start.channels] == [voice]


def test_music_instead_of_a_tone(rig: Any) -> None:
    rig.answered()
    rig.dial("agent", wait_clips=(ClipId("CL-m"),))
    (music,) = rig.wants(effects.StartPlay)
    assert (music.leg, music.loop, music.clips) == (CALLER, 0, ("CL-m",))
    assert music.play < 0


def test_silence_instead_of_a_tone(rig: Any) -> None:
    rig.answered()
    rig.dial("agent", ring_tone="")
    assert not rig.wants(effects.StartTone)
    assert not rig.wants(effects.StartPlay)


def test_a_callers_refer_is_the_programs_to_decide_where_it_wants_that(rig: Any) -> None:
    rig.answered()
    (leg,) = rig.dial("agent", refers=True)
    caller = rig.call.first_leg
    assert not rig.call.decides_transfers(caller), "nobody talks yet"
    rig.hear(inputs.LegAnswered(leg=leg, codec="PCMA"))
    assert rig.call.decides_transfers(caller)
    rig.hear(inputs.TransferAsked(leg=caller, refer=7, uri="sip:sales@example.com"))
    assert effects.AnswerRefer(leg=caller, refer=7, accepted=True) in rig.effects
    assert effects.ReportRefer(leg=caller, refer=7, cause=Cause.NORMAL) in rig.effects
    assert rig.told(notices.CallerRefers) == [
        notices.CallerRefers(leg=leg, target="sip:sales@example.com")
    ]
