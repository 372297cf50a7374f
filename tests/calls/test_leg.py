"""The table of a leg: complete, without dead ends, and the only way a leg moves."""

from __future__ import annotations

from typing import get_args

import pytest

from ringfence.calls.leg import LEG_TABLE, OUR_END, Leg, LegState, LegTrigger
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import LegId

STATES = get_args(LegState)
TRIGGERS = get_args(LegTrigger)


def leg(state: LegState) -> Leg:
    return Leg(LegId("LG-1"), role="caller", state=state, placed_at=Ms(0), party=None)


def test_the_table_names_every_state_and_trigger() -> None:
    assert set(LEG_TABLE) == set(STATES)
    assert {trigger for row in LEG_TABLE.values() for trigger in row} == set(TRIGGERS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_step_follows_the_table_and_nothing_else(state: LegState, trigger: LegTrigger) -> None:
    it = leg(state)
    goal = LEG_TABLE[state].get(trigger)
    assert it.step(trigger) is (goal is not None)
    assert it.state == (goal or state)


@pytest.mark.parametrize("state", [state for state in STATES if state not in {"ended", "gone"}])
def test_every_living_leg_can_be_ended_by_us_by_them_and_by_fate(state: LegState) -> None:
    assert LEG_TABLE[state][OUR_END[state]] == "ended"
    assert LEG_TABLE[state]["hung_up"] == "ended"
    assert LEG_TABLE[state]["failed"] == "ended"


def test_from_everywhere_a_leg_can_go() -> None:
    for state in STATES:
        seen, waiting = {state}, [state]
        while waiting:
            for goal in LEG_TABLE[waiting.pop()].values():
                if goal not in seen:
                    seen.add(goal)
                    waiting.append(goal)
        assert "gone" in seen


def test_over_means_ended_or_gone() -> None:
    assert {state for state in STATES if leg(state).over} == {"ended", "gone"}
