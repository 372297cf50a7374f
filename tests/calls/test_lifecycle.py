"""The life of a call: when it begins, is answered, ends, and what its record says."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.calls.lifecycle import CALL_TABLE, CallState, CallTrigger
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import ClipId, LegId, PartyId
from ringfence.kernel.limits import SECRET_QUIET_MS

CALLER = LegId("LG-caller")
CLIP = ClipId("CL-1")


def test_the_table_names_every_state_and_trigger() -> None:
    assert set(CALL_TABLE) == set(get_args(CallState))
    assert {trigger for row in CALL_TABLE.values() for trigger in row} == set(get_args(CallTrigger))


def test_every_state_can_end() -> None:
    for state, row in CALL_TABLE.items():
        if state not in {"new", "ending", "ended"}:
            assert row["end"] == "ending"
    assert CALL_TABLE["ending"] == {"closed": "ended"}
    assert CALL_TABLE["ended"] == {}


def test_a_call_begins_once(rig: Any) -> None:
    rig.arrive()
    with pytest.raises(LocalError):
        rig.arrive()


# --- outbound ---------------------------------------------------------------------------------


def test_an_outbound_call_is_answered_by_a_person(rig: Any) -> None:
    leg = rig.originated()
    assert rig.fact_names() == ["CallPlaced", "LegPlaced"]
    rig.wait(2_000)
    rig.hear(inputs.LegRang(leg=leg))
    rig.wait(3_000)
    rig.hear(inputs.LegAnswered(leg=leg, codec="G722"))
    assert rig.told(notices.Answered)
    rig.wait(9_000)
    rig.hear(inputs.LegHungUp(leg=leg))
    ended = rig.finish()
    assert ended.direction == "outbound"
    assert ended.rang_at == ended.offered_at + 2_000
    assert ended.answered_by_person_at == ended.answered_at == ended.offered_at + 5_000
    assert (ended.duration_ms, ended.talk_ms) == (9_000, 9_000)
    assert (ended.hung_up_by, ended.missed, ended.cause) == ("callee", False, Cause.NORMAL)
    assert rig.fact_names()[2:6] == ["LegAlerted", "CallRang", "LegConnected", "CallAnswered"]


@pytest.mark.parametrize(
    ("cause", "by"),
    [(Cause.BUSY, "callee"), (Cause.UNALLOCATED, "callee")],
)
def test_an_outbound_call_is_refused(rig: Any, cause: Cause, by: str) -> None:
    leg = rig.originated()
    rig.hear(inputs.LegRefused(leg=leg, cause=cause, status=486))
    ended = rig.finish()
    assert (ended.cause, ended.hung_up_by, ended.missed) == (cause, by, False)
    assert rig.told(notices.CallOver) == [notices.CallOver(cause=cause, answered=False)]


def test_an_outbound_call_rings_out(rig: Any) -> None:
    leg = rig.originated(ring_ms=25_000)
    rig.wait(24_999)
    assert not rig.call.ending
    assert rig.wait(1) == [
        effects.CancelLeg(leg=leg, cause=Cause.NO_ANSWER),
        effects.ReleaseLeg(leg=leg),
    ]
    assert rig.finish().cause is Cause.NO_ANSWER


def test_an_outbound_call_is_cancelled_by_the_api(rig: Any) -> None:
    leg = rig.originated()
    rig.do(commands.Hangup())
    assert effects.CancelLeg(leg=leg, cause=Cause.CANCELLED) in rig.effects
    assert rig.finish().cause is Cause.CANCELLED


def test_click_to_call_rings_our_agent_first(rig: Any) -> None:
    agent = rig.originated(role="caller")
    rig.hear(inputs.LegAnswered(leg=agent))
    assert not rig.wrote(events.CallAnsweredByPerson)  # the agent is not whom we call
    (customer,) = rig.dial("customer")
    rig.hear(inputs.LegAnswered(leg=customer))
    assert rig.wrote(events.CallAnsweredByPerson)[0].party == "PA-customer"
    rig.wait(4_000)
    rig.hear(inputs.LegHungUp(leg=agent))
    ended = rig.finish()
    assert (ended.hung_up_by, ended.talk_ms) == ("caller", 4_000)


# --- inbound, not answered --------------------------------------------------------------------


def test_a_caller_who_gives_up_is_missed(rig: Any) -> None:
    rig.arrive()
    rig.do(commands.Ring())
    rig.do(commands.Ring())
    assert rig.wants(effects.RingLeg) == [effects.RingLeg(leg=CALLER)]
    rig.wait(7_000)
    assert rig.hear(inputs.LegHungUp(leg=CALLER)) == [effects.ReleaseLeg(leg=CALLER)]
    ended = rig.finish()
    assert (ended.cause, ended.hung_up_by, ended.missed) == (Cause.CANCELLED, "caller", True)
    assert (ended.answered_at, ended.duration_ms) == (None, 0)
    assert ended.rang_at == ended.offered_at
    assert ended.ended_at == ended.offered_at + 7_000


def test_a_caller_is_refused(rig: Any) -> None:
    rig.arrive()
    assert rig.do(commands.Reject(cause=Cause.BUSY)) == [
        effects.RefuseLeg(leg=CALLER, cause=Cause.BUSY),
        effects.ReleaseLeg(leg=CALLER),
    ]
    assert rig.told(notices.CallOver) == [notices.CallOver(cause=Cause.BUSY, answered=False)]
    assert rig.finish().hung_up_by == "system"


def test_a_caller_nobody_dealt_with_is_told_no_answer(rig: Any) -> None:
    rig.arrive()
    rig.do(commands.Hangup())
    assert effects.RefuseLeg(leg=CALLER, cause=Cause.NO_ANSWER) in rig.effects


def test_an_answer_that_cannot_be_given(rig: Any) -> None:
    rig.arrive()
    (answer,) = rig.do(commands.Answer())
    new = rig.hear(inputs.EffectFailed(effect=answer, cause=Cause.NOT_ACCEPTABLE))
    assert new == [
        effects.RefuseLeg(leg=CALLER, cause=Cause.NOT_ACCEPTABLE),
        effects.ReleaseLeg(leg=CALLER),
    ]
    ended = rig.finish()
    assert (ended.cause, ended.hung_up_by) == (Cause.NOT_ACCEPTABLE, "system")


def test_a_rejected_call_that_was_answered_is_hung_up(rig: Any) -> None:
    rig.answered()
    assert effects.HangUpLeg(leg=CALLER, cause=Cause.REJECTED) in rig.do(commands.Reject())


# --- the end ----------------------------------------------------------------------------------


def test_the_caller_hangs_up(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    rig.do(commands.Collect())
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="1"))
    rig.wait(2_000)
    rig.hear(inputs.LegHungUp(leg=CALLER))
    assert [type(notice) for notice in rig.notices] == [notices.Answered, notices.CallOver]
    ended = rig.finish()
    assert (ended.cause, ended.hung_up_by) == (Cause.NORMAL, "caller")
    (prompt,) = rig.wrote(events.PromptPlayed)
    assert (prompt.reason, prompt.played_ms) == ("stopped", 2_000)
    (digits,) = rig.wrote(events.DigitsCollected)
    assert (digits.count, digits.reason) == (1, "stopped")


def test_figures_that_never_come_are_not_waited_for_for_ever(rig: Any) -> None:
    rig.answered()
    rig.wait(1_000)
    rig.do(commands.Hangup())
    rig.wait(4_999)
    assert not rig.call.over
    rig.wait(1)
    assert rig.call.over
    ended = rig.wrote(events.CallEnded)[0]
    assert ended.duration_ms == 1_000
    assert ended.at - ended.ended_at == 5_000
    assert ended.codec == "PCMU"
    (leg,) = rig.wrote(events.LegEnded)
    assert not leg.stats_known


def test_a_longest_duration_of_its_own(rig: Any) -> None:
    rig.answered(max_duration_ms=30_000)
    new = rig.wait(30_000)
    assert effects.HangUpLeg(leg=CALLER, cause=Cause.MAX_DURATION) in new
    assert rig.finish().hung_up_by == "system"


def test_the_installation_s_bound_is_not_exceeded(make_rig: Any) -> None:
    rig = make_rig(max_duration_ms=10_000).answered(max_duration_ms=999_999)
    rig.wait(10_000)
    assert rig.call.ending


def test_draining_ends_a_call_with_its_name(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Hangup(cause=Cause.DRAINING))
    assert rig.finish().cause is Cause.DRAINING


def test_the_record_is_of_the_first_leg_even_if_it_hands_over(rig: Any, make_device: Any) -> None:
    agent = rig.talking()
    rig.hear(inputs.TransferAsked(leg=CALLER, refer=1, target=make_device("third")))
    rig.hear(inputs.LegHungUp(leg=CALLER))
    rig.hear(inputs.LegReleased(leg=CALLER, stats=inputs.LegStats(codec="G722", mos_x100=430)))
    rig.hear(inputs.LegHungUp(leg=agent))
    rig.hear(inputs.LegReleased(leg=agent, stats=inputs.LegStats(codec="PCMA", mos_x100=111)))
    ended = rig.finish()
    assert (ended.codec, ended.mos_x100) == ("G722", 430)
    assert ended.answered_by == PartyId("PA-agent")


# --- digits -----------------------------------------------------------------------------------


def test_silence_counts_from_the_end_of_the_prompt(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    rig.do(commands.Collect(timeout_ms=4_000))
    rig.wait(60_000)
    assert not rig.told(notices.DigitsEntered)
    rig.hear(inputs.PlayEnded(leg=CALLER, play=1, reason="done", played_ms=60_000))
    rig.wait(3_999)
    assert not rig.told(notices.DigitsEntered)
    rig.wait(1)
    assert rig.told(notices.DigitsEntered) == [notices.DigitsEntered(digits="", reason="timeout")]


def test_silence_counts_from_the_last_digit(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Collect(timeout_ms=4_000))
    for digit in "42":
        rig.wait(3_999)
        rig.hear(inputs.DigitPressed(leg=CALLER, digit=digit))
    rig.wait(4_000)
    assert rig.told(notices.DigitsEntered) == [notices.DigitsEntered(digits="42", reason="timeout")]


def test_prompts_still_to_come_hold_the_time_back(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Collect(timeout_ms=1_000, prompting=True))
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    rig.hear(inputs.PlayEnded(leg=CALLER, play=1, reason="done"))
    rig.wait(30_000)
    assert not rig.told(notices.DigitsEntered)
    rig.do(commands.PromptsDone())
    rig.wait(1_000)
    assert rig.told(notices.DigitsEntered)


def test_a_prompt_begun_later_holds_the_time_back(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Collect(timeout_ms=1_000))
    rig.wait(900)
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    rig.wait(30_000)
    assert not rig.told(notices.DigitsEntered)


def test_a_new_collection_ends_the_old_one(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Collect())
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="1"))
    rig.do(commands.Collect())
    assert rig.told(notices.DigitsEntered) == [notices.DigitsEntered(digits="1", reason="stopped")]


def test_card_digits_are_kept_out_of_recordings(rig: Any) -> None:
    rig.answered()
    rig.do(commands.StartRecording())
    (start,) = rig.wants(effects.StartRecording)
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    on = effects.RedactDigits(recording=start.recording, on=True)
    off = effects.RedactDigits(recording=start.recording, on=False)
    assert rig.do(commands.Collect(sensitive=True, max_digits=1)) == [on]
    assert rig.hear(inputs.DigitPressed(leg=CALLER, digit="4")) == []
    rig.wait(SECRET_QUIET_MS)
    assert rig.effects[-1] == off
    assert [fact.on for fact in rig.wrote(events.RecordingRedacted)] == [True, False]


def test_a_recording_begun_meanwhile_is_redacted_too(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Collect(sensitive=True))
    new = rig.do(commands.StartRecording())
    (start,) = new
    assert isinstance(start, effects.StartRecording)
    assert start.redact
    assert [fact.on for fact in rig.wrote(events.RecordingRedacted)] == [True]


# --- who answered ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("answered_by", "person"), [("human", True), ("machine_start", False)])
def test_the_program_hears_of_the_answer_once_it_is_known_whose_it_is(
    rig: Any, answered_by: Any, person: bool
) -> None:
    leg = rig.originated(listen="first")
    rig.hear(inputs.LegAnswered(leg=leg, codec="PCMU"))
    assert rig.wants(effects.ListenLeg)
    assert not rig.told(notices.Answered)
    rig.hear(inputs.AnswererKnown(leg=leg, answered_by=answered_by, after_ms=900))
    rig.hear(inputs.AnswererKnown(leg=leg, answered_by="fax", after_ms=900))
    assert [type(n) for n in rig.notices] == [notices.AnswererKnown, notices.Answered]
    assert len(rig.wrote(events.AnswererDetected)) == 1
    assert bool(rig.wrote(events.CallAnsweredByPerson)) is person


def test_nobody_waits_for_ever_to_know_who_answered(rig: Any) -> None:
    leg = rig.originated(listen="first")
    rig.hear(inputs.LegAnswered(leg=leg, codec="PCMU"))
    rig.wait(65_000)
    assert rig.told(notices.AnswererKnown)[0].answered_by == "unknown"
    assert rig.told(notices.Answered)


def test_a_call_that_ends_meanwhile_was_answered_by_nobody_known(rig: Any) -> None:
    leg = rig.originated(listen="beside")
    rig.hear(inputs.LegAnswered(leg=leg, codec="PCMU"))
    assert rig.told(notices.Answered)
    rig.hear(inputs.LegHungUp(leg=leg))
    rig.hear(inputs.AnswererKnown(leg=leg, answered_by="human", after_ms=1))
    rig.finish()
    assert not rig.wrote(events.AnswererDetected)
