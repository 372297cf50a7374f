"""Somebody takes another's place in a conversation."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.ids import CallId, ClipId, LegId, PartyId, QueueId

CALLER = LegId("LG-caller")
STRANGER = LegId("LG-stranger")
CLIP = ClipId("CL-1")
QUEUE = QueueId("QU-1")
AGENT, AGENT_CALL = LegId("LG-agent"), CallId("CA-agent")
BOSS, BOSS_CALL = LegId("LG-boss"), CallId("CA-boss")
BROUGHT = inputs.Connected(
    leg=CALLER, peer=AGENT, peer_call=AGENT_CALL, party=PartyId("PA-agent"), bridge=False
)
HANDED = inputs.PeerReplaced(leg=CALLER, peer=BOSS, peer_call=BOSS_CALL, party=PartyId("PA-boss"))
GIVEN = inputs.PartnerGiven(leg=CALLER, refer=8)


# --- a leg that is replaced -------------------------------------------------------------------


def test_the_callee_moves_to_another_phone(rig: Any) -> None:
    agent = rig.talking()
    new = LegId("LG-desk")
    assert rig.hear(inputs.LegReplaced(leg=agent, by=new, codec="PCMU")) == [
        effects.UnbridgeLegs(a=agent, b=CALLER),
        effects.ReleaseLeg(leg=agent),
        effects.BridgeLegs(a=new, b=CALLER),
    ]
    assert not rig.told(notices.DialFinished)
    rig.hear(inputs.LegHungUp(leg=new))
    assert rig.told(notices.DialFinished)[0].leg == new
    rig.do(commands.Hangup())
    rig.finish()


def test_the_caller_moves_to_another_phone(rig: Any) -> None:
    rig.talking(record="from_answer")
    new = LegId("LG-desk")
    rig.hear(inputs.LegReplaced(leg=CALLER, by=new, party=PartyId("PA-caller")))
    assert rig.call.first_leg == new
    assert len(rig.wants(effects.StartRecording)) == 2
    rig.hear(inputs.LegHungUp(leg=new))
    assert rig.finish().hung_up_by == "caller"


def test_a_caller_in_a_menu_moves(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    rig.hear(inputs.LegReplaced(leg=CALLER, by=LegId("LG-desk")))
    assert rig.told(notices.PlayFinished)[0].reason == "stopped"
    assert not rig.call.ending


@pytest.mark.parametrize("where", ["ringing", "stranger"])
def test_what_cannot_be_replaced(rig: Any, where: str) -> None:
    rig.answered()
    (agent,) = rig.dial("agent")
    new = LegId("LG-desk")
    old = agent if where == "ringing" else STRANGER
    assert rig.hear(inputs.LegReplaced(leg=old, by=new)) == [
        effects.HangUpLeg(leg=new, cause=Cause.FORBIDDEN),
        effects.ReleaseLeg(leg=new),
    ]


# --- across calls -----------------------------------------------------------------------------


def brought(rig: Any, how: str) -> None:
    """The first leg talks to somebody of another call."""
    if how == "dial":
        agent = rig.talking()
        rig.hear(inputs.PartnerReplaced(leg=agent, peer=AGENT, peer_call=AGENT_CALL, bridge=False))
        return
    rig.answered()
    command = commands.Enqueue if how == "waits" else commands.TakeFromQueue
    rig.do(command(queue=QUEUE))
    rig.hear(BROUGHT)


WAYS = pytest.mark.parametrize("how", ["waits", "takes", "dial"])


@WAYS
def test_who_is_handed_on_by_another_call_talks_to_the_next(rig: Any, how: str) -> None:
    brought(rig, how)
    rig.wait(10_000)
    assert rig.hear(HANDED) == [
        effects.UnbridgeLegs(a=CALLER, b=AGENT),
        effects.BridgeLegs(a=CALLER, b=BOSS),
    ]
    assert rig.call.hears_elsewhere(CALLER) == (BOSS, BOSS_CALL)
    rig.wait(20_000)
    new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert effects.LeavePeer(leg=CALLER, peer=BOSS, peer_call=BOSS_CALL, cause=Cause.NORMAL) in new
    assert [one.peer for one in rig.wants(effects.LeavePeer)] == [BOSS]
    assert rig.finish().talk_ms == 30_000


@WAYS
def test_who_hands_over_leaves_without_a_word_to_the_other_call(rig: Any, how: str) -> None:
    brought(rig, how)
    new = rig.hear(GIVEN)
    assert new[:2] == [
        effects.AnswerRefer(leg=CALLER, refer=8, accepted=True),
        effects.ReportRefer(leg=CALLER, refer=8, cause=Cause.NORMAL),
    ]
    assert effects.HangUpLeg(leg=CALLER, cause=Cause.TRANSFERRED) in new
    assert not rig.wants(effects.LeavePeer)
    assert effects.UnbridgeLegs(a=CALLER, b=AGENT) not in new  # the other call has done that
    (fact,) = [one for one in rig.wrote(events.LegTransferred) if one.leg == CALLER]
    assert fact.attended
    assert rig.told(notices.CallOver)
    ended = rig.finish()
    assert (ended.cause, ended.hung_up_by, ended.missed) == (Cause.TRANSFERRED, "system", False)


def test_who_was_brought_together_by_a_transfer_may_be_handed_on_too(rig: Any) -> None:
    """The consultation call, whose first leg has gone: what is left has no program."""
    boss = rig.talking()
    rig.hear(inputs.PartnerReplaced(leg=CALLER, peer=AGENT, peer_call=AGENT_CALL, bridge=False))
    third, call = LegId("LG-third"), CallId("CA-third")
    rig.hear(inputs.PeerReplaced(leg=boss, peer=third, peer_call=call, bridge=False))
    assert rig.call.hears_elsewhere(boss) == (third, call)
    rig.hear(inputs.PartnerGiven(leg=boss))
    assert not rig.wants(effects.LeavePeer)
    assert rig.finish().cause is Cause.TRANSFERRED


@pytest.mark.parametrize("source", ["queue", "dial"])
def test_nobody_ruled_on_the_new_voice(rig: Any, source: Any) -> None:
    rig.answered()
    rig.do(
        commands.RuleRecording(
            source=source, outcome="record", law="record", rules=("x",), edition="1", decided_at=1,
            beep=False, policy="law", hours=None, zone="UTC",
            parties=(PartyId("PA-caller"), PartyId("PA-agent")), places=("", ""),
            standings=("person",) * 2, consents=("unknown",) * 2, restricted=(False, False),
            duties=("none", "none"),
        )
    )  # fmt: skip
    command = commands.Enqueue if source == "queue" else commands.TakeFromQueue
    rig.do(command(queue=QUEUE, record=True))
    rig.hear(BROUGHT)
    if source == "dial":
        rig.do(commands.StartRecording(source="dial"))
    (begun,) = rig.wants(effects.StartRecording)
    rig.hear(inputs.RecordingBegan(recording=begun.recording))
    assert effects.StopRecording(recording=begun.recording) in rig.hear(HANDED)


@pytest.mark.parametrize("how", ["nothing", "ringing", "over", "another leg"])
def test_who_talks_to_nobody_elsewhere_is_not_handed_on(rig: Any, how: str) -> None:
    rig.answered()
    leave = effects.LeavePeer(leg=CALLER, peer=BOSS, peer_call=BOSS_CALL, cause=Cause.FORBIDDEN)
    handed, given = HANDED, [effects.AnswerRefer(leg=CALLER, refer=8, accepted=False)]
    if how == "ringing":
        rig.dial("agent")
    elif how == "over":
        rig.hear(inputs.LegHungUp(leg=CALLER))
        given = []
    elif how == "another leg":
        (agent,) = rig.dial("agent")
        handed = inputs.PeerReplaced(leg=agent, peer=BOSS, peer_call=BOSS_CALL)
        leave = effects.LeavePeer(leg=agent, peer=BOSS, peer_call=BOSS_CALL, cause=Cause.FORBIDDEN)
    assert rig.hear(handed) == [leave]
    assert rig.hear(GIVEN) == given
    assert rig.call.hears_elsewhere(CALLER) is None
