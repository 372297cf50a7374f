"""What whoever answers a dial hears and is asked before they are connected."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.ids import ClipId, LegId

CALLER = LegId("LG-caller")


@pytest.fixture
def screened(rig: Any, make_device: Any) -> LegId:
    """A mailbox or a person has answered, and hears the question."""
    rig.answered()
    screen = commands.Screen(clips=(ClipId("CL-q"),), accept="15", wait_ms=6_000)
    rig.do(commands.Dial(targets=(make_device("mobile", screen=screen), make_device("b"))))
    leg = rig.wants(effects.PlaceLeg)[0].leg
    rig.hear(inputs.LegRang(leg=leg))
    new = rig.hear(inputs.LegAnswered(leg=leg))
    assert isinstance(leg, str)
    assert [type(effect) for effect in new] == [effects.StartPlay]
    return leg


def test_a_key_accepts_the_call(rig: Any, screened: LegId) -> None:
    assert not rig.wrote(events.CallAnsweredByPerson)
    assert rig.hear(inputs.DigitPressed(leg=screened, digit="9")) == []
    new = rig.hear(inputs.DigitPressed(leg=screened, digit="5"))
    assert effects.StopPlay(leg=screened) in new
    assert effects.BridgeLegs(a=CALLER, b=screened) in new
    assert rig.wrote(events.CallAnsweredByPerson)


def test_a_mailbox_does_not_press_keys(rig: Any, screened: LegId) -> None:
    play = rig.wants(effects.StartPlay)[0].play
    rig.wait(30_000)  # the others have rung out meanwhile; this one has its own time
    assert not rig.told(notices.DialFinished)
    rig.hear(inputs.PlayEnded(leg=screened, play=play, reason="done"))
    rig.wait(5_999)
    assert not rig.told(notices.DialFinished)
    new = rig.wait(1)
    assert effects.HangUpLeg(leg=screened, cause=Cause.NO_ANSWER) in new
    assert [notice.status for notice in rig.told(notices.DialFinished)] == ["no_answer"]
    rig.do(commands.Hangup())
    assert rig.finish().missed


def test_another_target_may_win_while_one_is_asked(rig: Any, screened: LegId) -> None:
    other = rig.wants(effects.PlaceLeg)[1].leg
    new = rig.hear(inputs.LegAnswered(leg=other))
    assert effects.HangUpLeg(leg=screened, cause=Cause.ANSWERED_ELSEWHERE) in new
    assert effects.BridgeLegs(a=CALLER, b=other) in new


def test_a_whisper_is_heard_and_then_they_are_connected(rig: Any, make_device: Any) -> None:
    rig.answered()
    screen = commands.Screen(clips=(ClipId("CL-w"),), accept="")
    rig.do(commands.Dial(targets=(make_device("shop", screen=screen),)))
    leg = rig.wants(effects.PlaceLeg)[0].leg
    new = rig.hear(inputs.LegAnswered(leg=leg))
    (play,) = [effect for effect in new if isinstance(effect, effects.StartPlay)]
    assert play.leg == leg
    assert rig.hear(inputs.DigitPressed(leg=leg, digit="1")) == []
    new = rig.hear(inputs.PlayEnded(leg=leg, play=play.play, reason="done"))
    assert effects.BridgeLegs(a=CALLER, b=leg) in new


def test_nothing_to_whisper_connects_at_once(rig: Any, make_device: Any) -> None:
    rig.answered()
    screen = commands.Screen(clips=(), accept="")
    rig.do(commands.Dial(targets=(make_device("shop", screen=screen),)))
    leg = rig.wants(effects.PlaceLeg)[0].leg
    assert effects.BridgeLegs(a=CALLER, b=leg) in rig.hear(inputs.LegAnswered(leg=leg))


def test_a_lenient_screen_connects_whoever_presses_nothing(rig: Any, make_device: Any) -> None:
    rig.answered()
    screen = commands.Screen(clips=(), accept="1", wait_ms=3_000, lenient=True)
    rig.do(commands.Dial(targets=(make_device("shop", screen=screen),)))
    leg = rig.wants(effects.PlaceLeg)[0].leg
    rig.hear(inputs.LegAnswered(leg=leg))
    assert effects.BridgeLegs(a=CALLER, b=leg) in rig.wait(3_000)
