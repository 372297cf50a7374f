"""The workshop of a call: bounds, numbers, and bookkeeping the other tests do not reach."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import commands, events, inputs
from ringfence.calls.core import CallCore, CallSettings
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import AccountId, CallId, ClipId, LegId, PartyId
from ringfence.kernel.limits import PLAYS_PER_LEG

CALLER = LegId("LG-caller")
CLIP = ClipId("CL-1")


def core() -> CallCore:
    return CallCore(
        CallId("CA-1"),
        account=AccountId("AC-1"),
        entropy=SeededEntropy(1),
        settings=CallSettings(),
    )


def test_before_the_beginning_there_is_no_first_leg() -> None:
    with pytest.raises(LocalError):
        core().first()


def test_own_prompts_have_numbers_below_zero_and_never_the_same() -> None:
    it = core()
    assert [it.own_play() for _ in range(3)] == [-1, -2, -3]


def test_prompts_nobody_ends_are_bounded(rig: Any) -> None:
    rig.answered()
    for play in range(1, PLAYS_PER_LEG + 1):
        rig.do(commands.Play(play=play, clips=(CLIP,)))
    with pytest.raises(LocalError):
        rig.do(commands.Play(play=999, clips=(CLIP,)))


def test_only_the_first_person_is_written_down() -> None:
    it = core()
    it.person_answered(LegId("LG-1"), PartyId("PA-1"))
    it.person_answered(LegId("LG-2"), PartyId("PA-2"))
    assert it.person_party == "PA-1"
    assert [fact.name() for fact in it.facts] == ["CallAnsweredByPerson"]


def test_talk_is_added_up() -> None:
    it = core()
    for begin, end in ((0, 5), (10, 12)):
        it.now = type(it.now)(begin)
        it.talk_begins()
        it.talk_begins()
        it.now = type(it.now)(end)
        it.talk_stops()
        it.talk_stops()
    assert it.talk_ms == 7


def test_legs_that_are_gone_are_forgotten(rig: Any) -> None:
    """A program that dials in a circle for hours does not fill the memory."""
    rig.answered()
    for _ in range(50):
        (leg,) = rig.dial("agent")
        rig.hear(inputs.LegHungUp(leg=leg))
        rig.release(leg)
        assert rig.call.legs == (CALLER,)
    assert len(rig.wrote(events.LegEnded)) == 50


def test_the_longest_ringing_is_bounded(rig: Any) -> None:
    rig.answered()
    rig.dial("agent", ring_ms=10**9)
    assert rig.effects[-1].ring_ms == 600_000
