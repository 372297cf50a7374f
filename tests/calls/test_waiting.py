"""Waiting for an agent, and taking a caller: both ends of one conversation."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.calls.waiting import WAIT_TABLE, WaitState, WaitTrigger
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import CallId, ClipId, LegId, PartyId, QueueId
from ringfence.kernel.limits import RECORDINGS_PER_CALL

CALLER = LegId("LG-caller")
PEER = LegId("LG-agent")
PEER_CALL = CallId("CA-agent")
QUEUE = QueueId("QU-1")
TAKEN = inputs.Connected(leg=CALLER, peer=PEER, peer_call=PEER_CALL, party=PartyId("PA-agent"))
LEAVE = effects.LeaveQueue(leg=CALLER, queue=QUEUE)


def test_the_table_names_every_state_and_trigger() -> None:
    assert set(WAIT_TABLE) == set(get_args(WaitState))
    assert {trigger for row in WAIT_TABLE.values() for trigger in row} == set(get_args(WaitTrigger))


def waiting(rig: Any, **more: Any) -> None:
    rig.answered()
    rig.do(commands.Enqueue(queue=QUEUE, **more))


def left(rig: Any) -> notices.QueueFinished:
    (notice,) = rig.told(notices.QueueFinished)
    (fact,) = rig.wrote(events.QueueLeft)
    assert (fact.reason, fact.waited_ms, fact.talk_ms) == (
        notice.reason,
        notice.waited_ms,
        notice.talk_ms,
    )
    assert isinstance(notice, notices.QueueFinished)
    return notice


def test_a_caller_waits_talks_and_goes_on(rig: Any) -> None:
    waiting(rig, max_size=7, wait_clips=(ClipId("CL-m"),))
    assert rig.effects[-2] == effects.EnterQueue(
        leg=CALLER, queue=QUEUE, max_size=7, party=PartyId("PA-caller")
    )
    assert rig.effects[-1].loop == 0
    rig.hear(inputs.QueueMoved(position=2, size=5))
    assert rig.told(notices.QueuePlace) == [notices.QueuePlace(position=2, size=5, queue=QUEUE)]
    rig.wait(30_000)
    assert rig.hear(TAKEN) == [
        effects.StopPlay(leg=CALLER, patient=True),
        effects.BridgeLegs(a=CALLER, b=PEER),
    ]
    assert rig.wrote(events.QueueAnswered)[0].waited_ms == 30_000
    rig.wait(90_000)
    assert rig.hear(inputs.Disconnected(leg=CALLER)) == []
    done = left(rig)
    assert (done.reason, done.waited_ms, done.talk_ms) == ("connected", 30_000, 90_000)
    rig.do(commands.Hangup())
    ended = rig.finish()
    assert (ended.missed, ended.talk_ms, ended.answered_by) == (False, 90_000, "PA-agent")
    assert ended.hung_up_by == "callee"


def test_a_caller_who_hangs_up_while_waiting_is_missed(rig: Any) -> None:
    waiting(rig)
    rig.wait(4_000)
    new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert LEAVE in new
    assert (left(rig).reason, left(rig).hung_up) == ("hung_up", True)
    assert rig.finish().missed


def test_a_caller_who_hangs_up_while_talking_frees_the_agent(rig: Any) -> None:
    waiting(rig)
    rig.hear(TAKEN)
    new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert effects.LeavePeer(leg=CALLER, peer=PEER, peer_call=PEER_CALL, cause=Cause.NORMAL) in new
    assert LEAVE not in new
    assert left(rig).reason == "connected"


@pytest.mark.parametrize("reason", ["full", "removed", "failed"])
def test_the_queue_does_not_want_it(rig: Any, reason: Any) -> None:
    waiting(rig)
    assert rig.hear(inputs.QueueEnded(reason=reason)) == []
    assert left(rig).reason == reason
    assert not rig.call.ending


def test_the_longest_wait(rig: Any) -> None:
    waiting(rig, max_wait_ms=8_000)
    assert rig.wait(7_999) == []
    assert rig.wait(1) == [LEAVE]
    assert (left(rig).reason, left(rig).waited_ms) == ("timeout", 8_000)


def test_the_longest_wait_ends_with_the_answer(rig: Any) -> None:
    waiting(rig, max_wait_ms=8_000)
    rig.hear(TAKEN)
    assert rig.wait(60_000) == []


def test_keys_are_the_program_s_while_waiting(rig: Any) -> None:
    waiting(rig)
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="1"))
    assert rig.told(notices.DigitHeard)
    assert rig.do(commands.LeaveQueue()) == [LEAVE]
    assert left(rig).reason == "left"


def test_keys_are_nobody_s_while_talking(rig: Any) -> None:
    waiting(rig)
    rig.hear(TAKEN)
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="1"))
    assert not rig.told(notices.DigitHeard)


def test_leaving_while_talking_parts_the_two(rig: Any) -> None:
    waiting(rig, record=True)
    rig.hear(TAKEN)
    (start,) = rig.wants(effects.StartRecording)
    assert rig.do(commands.LeaveQueue()) == [
        effects.UnbridgeLegs(a=CALLER, b=PEER),
        effects.LeavePeer(leg=CALLER, peer=PEER, peer_call=PEER_CALL, cause=Cause.NORMAL),
        effects.StopRecording(recording=start.recording),
    ]


def test_a_bridge_that_fails_frees_both(rig: Any) -> None:
    waiting(rig)
    rig.hear(TAKEN)
    bridge = rig.wants(effects.BridgeLegs)[0]
    new = rig.hear(inputs.EffectFailed(effect=bridge))
    assert [type(effect) for effect in new] == [effects.UnbridgeLegs, effects.LeavePeer]
    assert left(rig).reason == "failed"


@pytest.mark.parametrize("kind", ["enter", "take"])
def test_a_queue_that_cannot_be_reached(rig: Any, kind: str) -> None:
    rig.answered()
    rig.do(
        commands.Enqueue(queue=QUEUE) if kind == "enter" else commands.TakeFromQueue(queue=QUEUE)
    )
    rig.hear(inputs.EffectFailed(effect=rig.effects[-1]))
    if kind == "enter":
        assert left(rig).reason == "failed"
    else:
        assert rig.told(notices.DialFinished)[0].status == "failed"


# --- the agent --------------------------------------------------------------------------------


def taking(rig: Any, **more: Any) -> None:
    rig.answered()
    assert rig.do(commands.TakeFromQueue(queue=QUEUE, **more)) == [
        effects.TakeFromQueue(leg=CALLER, queue=QUEUE, party=PartyId("PA-caller"))
    ]


def test_an_agent_takes_a_caller(rig: Any) -> None:
    taking(rig, wait_ms=5_000)
    rig.wait(1_000)
    x = inputs.Connected(leg=CALLER, peer=PEER, peer_call=PEER_CALL, bridge=False)
    assert rig.hear(x) == []
    rig.wait(20_000)
    rig.hear(inputs.Disconnected(leg=CALLER))
    (done,) = rig.told(notices.DialFinished)
    assert (done.status, done.ring_ms, done.talk_ms, done.leg) == (
        "completed",
        1_000,
        20_000,
        PEER,
    )


def test_nobody_waits(rig: Any) -> None:
    taking(rig, wait_ms=5_000)
    assert rig.wait(5_000) == [LEAVE]
    assert rig.told(notices.DialFinished)[0].status == "no_answer"


@pytest.mark.parametrize("how", ["star", "limit", "hang_up"])
def test_an_agent_lets_go(rig: Any, how: str) -> None:
    taking(rig, hangup_on_star=True, time_limit_ms=9_000, wait_ms=1)
    rig.hear(TAKEN)
    match how:
        case "star":
            new = rig.hear(inputs.DigitPressed(leg=CALLER, digit="*"))
        case "limit":
            new = rig.wait(9_000)
        case _:
            new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert any(isinstance(effect, effects.LeavePeer) for effect in new)
    assert rig.told(notices.DialFinished)[0].status == "completed"


def test_the_wait_of_one_does_not_disturb_the_next(rig: Any) -> None:
    taking(rig, wait_ms=5_000)
    rig.hear(inputs.QueueEnded(reason="removed"))
    rig.do(commands.Enqueue(queue=QUEUE, max_wait_ms=60_000))
    rig.wait(59_999)
    assert not rig.told(notices.QueueFinished)


def test_an_agent_hangs_up_while_nobody_waits(rig: Any) -> None:
    taking(rig, wait_ms=60_000)
    assert LEAVE in rig.hear(inputs.LegHungUp(leg=CALLER))
    assert rig.told(notices.DialFinished)[0].status == "cancelled"


def test_another_program_takes_over(rig: Any) -> None:
    taking(rig, wait_ms=60_000)
    assert LEAVE in rig.do(commands.Clear())
    assert not rig.told(notices.DialFinished)


def test_what_the_agent_wants_said_is_heard_before_the_agent(rig: Any) -> None:
    waiting(rig)
    brief = commands.Heard(url="https://x.example/brief")
    offer = inputs.QueueOffered(leg=CALLER, peer_call=PEER_CALL, brief=brief, waited_ms=5)
    assert rig.hear(offer) == []
    assert rig.told(notices.QueueCalled) == [
        notices.QueueCalled(brief=brief, queue=QUEUE, peer_call=PEER_CALL, waited_ms=5)
    ]
    meet = effects.MeetAgent(leg=CALLER, queue=QUEUE)
    assert rig.do(commands.MeetAgent()) == [meet]
    rig.hear(offer)
    assert rig.wait(60_000) == [meet], "nobody says that it was heard: the agent waits no longer"
    rig.hear(TAKEN)
    assert rig.do(commands.MeetAgent()) == []


RECORDED = inputs.Connected(
    leg=CALLER, peer=PEER, peer_call=PEER_CALL, party=PartyId("PA-waiter"), bridge=False
)


def ruled(rig: Any) -> None:
    rig.do(
        commands.RuleRecording(
            source="dial", outcome="record", law="record", rules=("x",), edition="1", decided_at=1,
            beep=False, policy="law", hours=None, zone="UTC", parties=(None, PartyId("PA-waiter")),
            places=("", ""), standings=("person",) * 2, consents=("unknown",) * 2,
            restricted=(False, False), duties=("none", "none"),
        )
    )  # fmt: skip


def test_what_the_agent_records_is_both_voices_and_ends_with_the_talk(rig: Any) -> None:
    taking(rig, record=True)
    rig.hear(RECORDED)
    (taken,) = rig.told(notices.QueueTaken)
    assert taken.peer_call == PEER_CALL
    ruled(rig)
    rig.do(commands.StartRecording(source="dial", dual=True))
    (start,) = rig.wants(effects.StartRecording)
    assert start.channels == (
        effects.Channel(leg=CALLER, incoming=True, party=PartyId("PA-caller")),
        effects.Channel(leg=CALLER, incoming=False, party=PartyId("PA-waiter")),
    )
    parties = [channel.party for channel in start.channels]
    assert rig.call.may_record("dial", parties)
    assert rig.call.has(PartyId("PA-waiter"))
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    assert rig.hear(inputs.Disconnected(leg=CALLER))
    assert rig.wants(effects.StopRecording)[0].recording == start.recording
    (done,) = rig.told(notices.DialFinished)
    assert done.recording == start.recording
    assert not rig.call.has(PartyId("PA-waiter"))


def test_a_caller_who_takes_their_consent_back_is_recorded_no_more(rig: Any) -> None:
    taking(rig, record=True)
    rig.hear(RECORDED)
    ruled(rig)
    rig.do(commands.StartRecording(source="dial"))
    (start,) = rig.wants(effects.StartRecording)
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    rig.do(commands.ForbidRecording(party=PartyId("PA-waiter")))
    assert rig.wants(effects.StopRecording)
    assert not rig.call.may_record("dial", [PartyId("PA-waiter")])


def test_nothing_is_recorded_before_there_is_a_talk(rig: Any) -> None:
    taking(rig, record=True)
    assert rig.call.stranger is None
    with pytest.raises(LocalError, match="nobody talks"):
        rig.do(commands.StartRecording(source="dial"))
    rig.hear(RECORDED)
    assert rig.call.stranger == (PEER, PEER_CALL)


def test_an_agent_who_has_recorded_too_often_goes_on_unrecorded(rig: Any) -> None:
    taking(rig, record=True)
    rig.hear(RECORDED)
    for _ in range(RECORDINGS_PER_CALL):
        rig.do(commands.StartRecording(source="dial"))
        name = rig.wants(effects.StartRecording)[-1].recording
        rig.hear(inputs.RecordingBroke(recording=name, reason="failed"))
    rig.do(commands.StartRecording(source="dial"))
    assert len(rig.wants(effects.StartRecording)) == RECORDINGS_PER_CALL
    assert "recording_failed" in [fact.code for fact in rig.wrote(events.TimelineNoted)]
