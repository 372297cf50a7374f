"""What whoever answers a dial hears and is asked before they are connected."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.ids import ClipId, LegId
from ringfence.kernel.limits import SCREEN_WAIT_MS

CALLER = LegId("LG-caller")
QUESTION = commands.Screen(
    clips=(ClipId("CL-q"),), asks=True, wait_ms=6_000, max_digits=2, finish_on="#"
)
REFUSED = commands.Screen(clips=(), ends=True)


@pytest.fixture
def waits(rig: Any, make_device: Any) -> LegId:
    """A mailbox or a person has answered, and hears nothing yet."""
    rig.answered()
    rig.do(commands.Dial(targets=(make_device("mobile", screen=3), make_device("b"))))
    leg = rig.wants(effects.PlaceLeg)[0].leg
    rig.hear(inputs.LegRang(leg=leg))
    assert rig.hear(inputs.LegAnswered(leg=leg)) == []
    assert rig.told(notices.CalleeWaits) == [notices.CalleeWaits(screen=3, leg=leg)]
    assert isinstance(leg, str)
    return leg


@pytest.fixture
def asked(rig: Any, waits: LegId) -> LegId:
    """They hear a question."""
    new = rig.do(commands.Screened(leg=waits, screen=QUESTION))
    assert [type(effect) for effect in new] == [effects.StartPlay]
    return waits


def press(rig: Any, leg: LegId, keys: str) -> None:
    for key in keys:
        rig.hear(inputs.DigitPressed(leg=leg, digit=key))


def pressed(rig: Any) -> list[str]:
    told = rig.told(notices.CalleeWaits)
    return [notice.digits for notice in told if notice.digits is not None]


def test_nothing_to_hear_connects_at_once(rig: Any, waits: LegId) -> None:
    assert not rig.wrote(events.CallAnsweredByPerson)
    new = rig.do(commands.Screened(leg=waits))
    assert effects.BridgeLegs(a=CALLER, b=waits) in new
    assert rig.wrote(events.CallAnsweredByPerson)


def test_a_whisper_is_heard_and_then_they_are_connected(rig: Any, waits: LegId) -> None:
    whisper = commands.Screen(clips=(ClipId("CL-w"),))
    (play,) = rig.do(commands.Screened(leg=waits, screen=whisper))
    assert (play.leg, play.clips) == (waits, whisper.clips)
    assert rig.hear(inputs.DigitPressed(leg=waits, digit="1")) == []
    new = rig.hear(inputs.PlayEnded(leg=waits, play=play.play, reason="done"))
    assert effects.BridgeLegs(a=CALLER, b=waits) in new


def test_another_target_may_win_while_one_is_asked(rig: Any, asked: LegId) -> None:
    other = rig.wants(effects.PlaceLeg)[1].leg
    new = rig.hear(inputs.LegAnswered(leg=other))
    assert effects.HangUpLeg(leg=asked, cause=Cause.ANSWERED_ELSEWHERE) in new
    assert effects.BridgeLegs(a=CALLER, b=other) in new


@pytest.mark.parametrize(("keys", "told"), [("27", "27"), ("2#", "2"), ("#", "")])
def test_the_program_is_told_what_they_press(rig: Any, asked: LegId, keys: str, told: str) -> None:
    press(rig, asked, keys)
    assert effects.StopPlay(leg=asked, patient=True) in rig.effects, (
        "nobody needs to hear the question out"
    )
    assert pressed(rig) == [told]
    assert "digits" not in repr(rig.told(notices.CalleeWaits))
    press(rig, asked, "5")
    assert pressed(rig) == [told], "the program has the word"
    assert not rig.wants(effects.BridgeLegs)
    rig.do(commands.Screened(leg=asked))
    assert rig.wants(effects.BridgeLegs) == [effects.BridgeLegs(a=CALLER, b=asked)]


def test_a_mailbox_presses_no_keys(rig: Any, asked: LegId) -> None:
    play = rig.wants(effects.StartPlay)[-1].play
    rig.wait(30_000)  # the others have rung out meanwhile; this one has its own time
    assert not rig.told(notices.DialFinished)
    rig.hear(inputs.PlayEnded(leg=asked, play=play, reason="done"))
    rig.wait(5_999)
    assert pressed(rig) == []
    rig.wait(1)
    assert pressed(rig) == [""]
    new = rig.do(commands.Screened(leg=asked, screen=REFUSED))
    assert effects.HangUpLeg(leg=asked, cause=Cause.NO_ANSWER) in new
    assert [notice.status for notice in rig.told(notices.DialFinished)] == ["no_answer"]
    rig.do(commands.Hangup())
    assert rig.finish().missed


def test_fewer_keys_than_are_asked_for_are_told_when_their_time_is_over(
    rig: Any, asked: LegId
) -> None:
    press(rig, asked, "2")
    rig.wait(5_999)
    assert pressed(rig) == []
    rig.wait(1)
    assert pressed(rig) == ["2"]


def test_who_is_refused_hears_why_and_is_hung_up(rig: Any, asked: LegId) -> None:
    press(rig, asked, "22")
    goodbye = commands.Screen(clips=(ClipId("CL-bye"),), ends=True)
    (play,) = rig.do(commands.Screened(leg=asked, screen=goodbye))
    press(rig, asked, "1")
    new = rig.hear(inputs.PlayEnded(leg=asked, play=play.play, reason="done"))
    assert effects.HangUpLeg(leg=asked, cause=Cause.NO_ANSWER) in new
    assert pressed(rig) == ["22"]
    assert not rig.wrote(events.CallAnsweredByPerson)


def test_a_question_after_a_question_begins_with_no_keys(rig: Any, asked: LegId) -> None:
    press(rig, asked, "22")
    again = commands.Screen(clips=(), asks=True, wait_ms=4_000, max_digits=1)
    rig.do(commands.Screened(leg=asked, screen=again))
    press(rig, asked, "7")
    assert pressed(rig) == ["22", "7"]


def test_a_program_that_says_nothing_keeps_nobody(rig: Any, waits: LegId) -> None:
    other = rig.wants(effects.PlaceLeg)[1].leg
    rig.wait(SCREEN_WAIT_MS - 1)
    assert not rig.told(notices.DialFinished)
    new = rig.wait(1)
    assert effects.HangUpLeg(leg=waits, cause=Cause.NO_ANSWER) in new
    assert other != waits
    assert not rig.do(commands.Screened(leg=waits)), "too late"
