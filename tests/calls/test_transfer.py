"""Transfers: blind, attended across two calls, and away by our own REFER."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.calls.transfer import (
    REFER_TABLE,
    TRANSFER_TABLE,
    ReferState,
    ReferTrigger,
    TransferState,
    TransferTrigger,
)
from ringfence.kernel.ids import CallId, LegId, PartyId

CALLER = LegId("LG-caller")
PEER = LegId("LG-elsewhere")
PEER_CALL = CallId("CA-elsewhere")


def test_the_tables_name_every_state_and_trigger() -> None:
    for table, states, triggers in (
        (TRANSFER_TABLE, TransferState, TransferTrigger),
        (REFER_TABLE, ReferState, ReferTrigger),
    ):
        assert set(table) == set(get_args(states))
        assert {t for row in table.values() for t in row} == set(get_args(triggers))


def refer(rig: Any, leg: LegId, target: Any) -> LegId:
    """Ask for a blind transfer; the leg that is rung."""
    new = rig.hear(inputs.TransferAsked(leg=leg, refer=4, target=target))
    assert new[0] == effects.AnswerRefer(leg=leg, refer=4, accepted=True)
    (placed,) = [effect for effect in new if isinstance(effect, effects.PlaceLeg)]
    assert isinstance(placed, effects.PlaceLeg)
    return placed.leg


def reports(rig: Any) -> list[Cause | None]:
    return [effect.cause for effect in rig.wants(effects.ReportRefer)]


# --- blind, asked for by the dialled leg ------------------------------------------------------


def test_the_agent_hands_the_caller_over(rig: Any, make_device: Any) -> None:
    agent = rig.talking(record="from_answer")
    rig.wait(10_000)
    third = refer(rig, agent, make_device("third"))
    assert effects.UnbridgeLegs(a=agent, b=CALLER) in rig.effects
    assert rig.wants(effects.StartTone)[-1].leg == CALLER
    rig.wait(2_000)
    rig.hear(inputs.LegRang(leg=third))
    rig.wait(3_000)
    new = rig.hear(inputs.LegAnswered(leg=third))
    assert effects.BridgeLegs(a=CALLER, b=third) in new
    assert effects.HangUpLeg(leg=agent, cause=Cause.TRANSFERRED) in new
    assert reports(rig) == [None, Cause.NORMAL]
    assert len(rig.wants(effects.StartRecording)) == 2  # it goes on with the new voice
    rig.wait(20_000)
    rig.hear(inputs.LegHungUp(leg=third))
    (done,) = rig.told(notices.DialFinished)
    assert (done.leg, done.party, done.status) == (third, "PA-third", "completed")
    rig.do(commands.Hangup())
    ended = rig.finish()
    assert ended.talk_ms == 30_000  # the ringing in between is not talk
    (fact,) = rig.wrote(events.LegTransferred)
    assert (fact.leg, fact.to, fact.attended) == (agent, third, False)


def test_the_agent_need_not_wait_for_the_answer(rig: Any, make_device: Any) -> None:
    agent = rig.talking()
    third = refer(rig, agent, make_device("third"))
    assert rig.hear(inputs.LegHungUp(leg=agent)) == [effects.ReleaseLeg(leg=agent)]
    assert not rig.told(notices.DialFinished)
    rig.hear(inputs.LegAnswered(leg=third))
    assert reports(rig) == [Cause.NORMAL], "it may still listen (RFC 5057 4.1)"
    assert rig.wants(effects.BridgeLegs)[-1] == effects.BridgeLegs(a=CALLER, b=third)


def test_a_transfer_that_fails_brings_them_back_together(rig: Any, make_device: Any) -> None:
    agent = rig.talking()
    third = refer(rig, agent, make_device("third"))
    new = rig.hear(inputs.LegRefused(leg=third, cause=Cause.BUSY, status=486))
    assert effects.BridgeLegs(a=CALLER, b=agent) in new
    assert reports(rig) == [Cause.BUSY]
    rig.wait(5_000)
    rig.hear(inputs.LegHungUp(leg=agent))
    assert rig.told(notices.DialFinished)[0].status == "completed"


def test_a_transfer_that_fails_after_the_agent_has_gone(rig: Any, make_device: Any) -> None:
    agent = rig.talking()
    refer(rig, agent, make_device("third"))
    rig.hear(inputs.LegHungUp(leg=agent))
    rig.wait(60_000)
    assert rig.told(notices.DialFinished)[0].status == "completed"
    assert not rig.call.ending


def test_the_caller_hangs_up_meanwhile(rig: Any, make_device: Any) -> None:
    agent = rig.talking()
    third = refer(rig, agent, make_device("third"))
    new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert effects.CancelLeg(leg=third, cause=Cause.CANCELLED) in new
    assert effects.HangUpLeg(leg=agent, cause=Cause.NORMAL) in new
    assert reports(rig) == [Cause.CANCELLED]
    rig.finish()


def test_the_conversation_s_time_ends_a_transfer_too(rig: Any, make_device: Any) -> None:
    agent = rig.talking(time_limit_ms=30_000)
    third = refer(rig, agent, make_device("third"))
    new = rig.wait(30_000)
    assert effects.CancelLeg(leg=third, cause=Cause.MAX_DURATION) in new
    assert rig.told(notices.DialFinished)[0].cause is Cause.MAX_DURATION


@pytest.mark.parametrize("what", ["EndDial", "Clear", "bridge"])
def test_a_transfer_can_be_stopped(rig: Any, make_device: Any, what: str) -> None:
    agent = rig.talking()
    third = refer(rig, agent, make_device("third"))
    if what == "bridge":
        effect = effects.BridgeLegs(a=CALLER, b=agent)
        new = rig.hear(inputs.EffectFailed(effect=effect))
    else:
        new = rig.do(getattr(commands, what)())
    assert any(isinstance(e, effects.CancelLeg) and e.leg == third for e in new)
    assert any(isinstance(e, effects.HangUpLeg) and e.leg == agent for e in new)
    assert bool(rig.told(notices.DialFinished)) is (what != "Clear")
    rig.do(commands.Hangup())
    rig.finish()


def test_keys_are_nobody_s_meanwhile(rig: Any, make_device: Any) -> None:
    agent = rig.talking(hangup_on_star=True)
    refer(rig, agent, make_device("third"))
    assert rig.hear(inputs.DigitPressed(leg=CALLER, digit="*")) == []


# --- blind, asked for by the first leg --------------------------------------------------------


def test_the_caller_hands_the_agent_over_and_takes_the_program_along(
    rig: Any, make_device: Any
) -> None:
    agent = rig.talking()
    third = refer(rig, CALLER, make_device("third"))
    new = rig.hear(inputs.LegAnswered(leg=third))
    assert effects.BridgeLegs(a=agent, b=third) in new
    assert effects.HangUpLeg(leg=CALLER, cause=Cause.TRANSFERRED) in new
    (over,) = rig.told(notices.CallOver)
    assert over.cause is Cause.TRANSFERRED
    assert rig.told(notices.DialFinished)[0].hung_up
    assert not rig.call.ending
    assert rig.call.first_leg == agent
    rig.wait(10_000)
    new = rig.hear(inputs.LegHungUp(leg=third))
    assert effects.HangUpLeg(leg=agent, cause=Cause.NORMAL) in new
    rig.finish()
    assert len(rig.told(notices.CallOver)) == 1


def test_the_caller_need_not_wait_for_the_answer(rig: Any, make_device: Any) -> None:
    agent = rig.talking()
    third = refer(rig, CALLER, make_device("third"))
    rig.hear(inputs.LegHungUp(leg=CALLER))
    assert not rig.call.ending
    rig.hear(inputs.LegAnswered(leg=third))
    assert rig.wants(effects.BridgeLegs)[-1] == effects.BridgeLegs(a=agent, b=third)
    rig.hear(inputs.LegHungUp(leg=agent))
    rig.finish()


@pytest.mark.parametrize("gone", [False, True])
def test_the_caller_s_transfer_fails(rig: Any, make_device: Any, gone: bool) -> None:
    agent = rig.talking()
    third = refer(rig, CALLER, make_device("third"))
    if gone:
        rig.hear(inputs.LegHungUp(leg=CALLER))
    new = rig.hear(inputs.LegRefused(leg=third, cause=Cause.BUSY))
    assert rig.call.ending is gone
    if gone:
        assert effects.HangUpLeg(leg=agent, cause=Cause.BUSY) in new
    else:
        assert effects.BridgeLegs(a=agent, b=CALLER) in new


def test_the_agent_goes_before_the_caller_has_handed_it_over(rig: Any, make_device: Any) -> None:
    agent = rig.talking()
    third = refer(rig, CALLER, make_device("third"))
    new = rig.hear(inputs.LegHungUp(leg=agent))
    assert effects.CancelLeg(leg=third, cause=Cause.CANCELLED) in new
    assert rig.told(notices.DialFinished)[0].hung_up is False
    assert reports(rig) == [Cause.CANCELLED]


def test_an_api_ends_what_a_transfer_left(rig: Any, make_device: Any) -> None:
    rig.talking()
    third = refer(rig, CALLER, make_device("third"))
    rig.hear(inputs.LegHungUp(leg=CALLER))
    rig.do(commands.EndDial())
    assert rig.call.ending
    assert effects.CancelLeg(leg=third, cause=Cause.CANCELLED) in rig.effects


# --- not possible -----------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["menu", "ringing"])
def test_without_a_partner_there_is_nothing_to_transfer(
    rig: Any, make_device: Any, where: str
) -> None:
    rig.answered()
    if where == "ringing":
        rig.dial("agent")
    new = rig.hear(inputs.TransferAsked(leg=CALLER, refer=2, target=make_device("x")))
    assert new == [effects.AnswerRefer(leg=CALLER, refer=2, accepted=False)]


# --- blind, to a program of ours --------------------------------------------------------------


@pytest.mark.parametrize("by", ["agent", "caller"])
def test_the_partner_goes_on_with_a_program_of_ours(rig: Any, by: str) -> None:
    agent = rig.talking()
    leg = agent if by == "agent" else CALLER
    new = rig.hear(inputs.TransferAsked(leg=leg, refer=4, inside=True))
    assert new[:2] == [
        effects.AnswerRefer(leg=leg, refer=4, accepted=True),
        effects.ReportRefer(leg=leg, refer=4, cause=Cause.NORMAL),
    ]
    hung_up = [one for one in new if isinstance(one, effects.HangUpLeg)]
    assert hung_up == (
        [effects.HangUpLeg(leg=agent, cause=Cause.TRANSFERRED)] if by == "agent" else []
    )
    (fact,) = rig.wrote(events.LegTransferred)
    assert (fact.leg, fact.to, fact.attended) == (leg, None, False)


# --- attended, across two calls ---------------------------------------------------------------


def test_the_partner_goes_on_with_a_leg_of_another_call(rig: Any) -> None:
    agent = rig.talking()
    rig.wait(5_000)
    new = rig.hear(
        inputs.PartnerReplaced(
            leg=agent, peer=PEER, peer_call=PEER_CALL, party=PartyId("PA-boss"), refer=1
        )
    )
    assert new == [
        effects.AnswerRefer(leg=agent, refer=1, accepted=True),
        effects.ReportRefer(leg=agent, refer=1, cause=Cause.NORMAL),
        effects.UnbridgeLegs(a=agent, b=CALLER),
        effects.BridgeLegs(a=CALLER, b=PEER),
        effects.HangUpLeg(leg=agent, cause=Cause.TRANSFERRED),
        effects.ReleaseLeg(leg=agent),
    ]
    rig.wait(5_000)
    rig.hear(inputs.Disconnected(leg=CALLER))
    (done,) = rig.told(notices.DialFinished)
    assert (done.leg, done.party, done.talk_ms) == (PEER, "PA-boss", 10_000)
    assert not rig.wants(effects.LeavePeer)


def test_the_caller_then_hangs_up(rig: Any) -> None:
    agent = rig.talking()
    rig.hear(inputs.PartnerReplaced(leg=agent, peer=PEER, peer_call=PEER_CALL, bridge=False))
    assert not rig.wants(effects.BridgeLegs)[1:]
    new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert effects.LeavePeer(leg=CALLER, peer=PEER, peer_call=PEER_CALL, cause=Cause.NORMAL) in new
    rig.finish()


def test_the_other_half_loses_its_first_leg(rig: Any) -> None:
    """The consultation call: its first leg is the one that transfers."""
    boss = rig.talking()
    new = rig.hear(inputs.PartnerReplaced(leg=CALLER, peer=PEER, peer_call=PEER_CALL, bridge=False))
    assert effects.HangUpLeg(leg=CALLER, cause=Cause.TRANSFERRED) in new
    assert rig.call.first_leg == boss
    assert rig.told(notices.CallOver)
    rig.hear(inputs.LegHungUp(leg=boss))
    assert rig.wants(effects.LeavePeer)[0].peer == PEER
    rig.finish()


@pytest.mark.parametrize("cause", [Cause.NORMAL, Cause.CANCELLED])
def test_the_other_half_is_told_that_its_partner_has_gone(rig: Any, cause: Cause) -> None:
    """Cancelled: the partner's program was replaced. Whoever had talked was not cancelled."""
    boss = rig.talking()
    rig.hear(inputs.PartnerReplaced(leg=CALLER, peer=PEER, peer_call=PEER_CALL, bridge=False))
    assert rig.call.elsewhere(boss) == PEER_CALL
    new = rig.hear(inputs.Disconnected(leg=boss, cause=cause))
    assert effects.HangUpLeg(leg=boss, cause=Cause.NORMAL) in new
    assert not rig.wants(effects.LeavePeer)
    rig.finish()


def test_half_a_transfer_that_cannot_be_is_refused_and_the_other_call_told(rig: Any) -> None:
    rig.answered()
    new = rig.hear(inputs.PartnerReplaced(leg=CALLER, peer=PEER, peer_call=PEER_CALL, refer=8))
    assert new == [
        effects.AnswerRefer(leg=CALLER, refer=8, accepted=False),
        effects.LeavePeer(leg=CALLER, peer=PEER, peer_call=PEER_CALL, cause=Cause.FORBIDDEN),
    ]


# --- away by our own REFER --------------------------------------------------------------------


def away(rig: Any) -> None:
    rig.answered()
    new = rig.do(commands.Transfer(target="sip:desk@example.com", timeout_ms=9_000))
    assert new == [effects.ReferLeg(leg=CALLER, target="sip:desk@example.com")]


def test_the_far_end_takes_the_caller(rig: Any) -> None:
    away(rig)
    rig.hear(inputs.TransferReported(leg=CALLER, outcome="accepted", status=202))
    assert not rig.call.ending
    new = rig.hear(inputs.TransferReported(leg=CALLER, outcome="completed", status=200))
    assert new[0] == effects.HangUpLeg(leg=CALLER, cause=Cause.TRANSFERRED)
    assert rig.told(notices.TransferFinished) == [
        notices.TransferFinished(cause=Cause.NORMAL, done=True, answer=202, report=200)
    ]
    assert rig.finish().cause is Cause.TRANSFERRED


@pytest.mark.parametrize(
    ("outcome", "cause"), [("refused", Cause.REJECTED), ("failed", Cause.SERVER_ERROR)]
)
def test_the_far_end_does_not(rig: Any, outcome: Any, cause: Cause) -> None:
    away(rig)
    rig.hear(inputs.TransferReported(leg=CALLER, outcome=outcome))
    assert rig.told(notices.TransferFinished) == [notices.TransferFinished(cause=cause)]
    assert rig.wait(60_000) == []
    assert not rig.call.ending
    rig.dial("agent")  # the program goes on


def test_the_far_end_never_says(rig: Any) -> None:
    away(rig)
    rig.hear(inputs.TransferReported(leg=CALLER, outcome="accepted"))
    rig.wait(9_000)
    assert rig.told(notices.TransferFinished)[0].cause is Cause.UNREACHABLE


def test_a_refer_that_cannot_be_sent(rig: Any) -> None:
    away(rig)
    rig.hear(inputs.EffectFailed(effect=rig.wants(effects.ReferLeg)[0]))
    assert rig.told(notices.TransferFinished)


def test_a_far_end_that_hangs_up_before_it_reports(rig: Any) -> None:
    away(rig)
    rig.hear(inputs.LegHungUp(leg=CALLER))
    assert rig.finish().hung_up_by == "caller"
    assert not rig.told(notices.TransferFinished)


def test_another_program_takes_over_from_a_refer(rig: Any) -> None:
    away(rig)
    rig.do(commands.Clear())
    assert not rig.told(notices.TransferFinished)
    assert rig.wait(60_000) == []
