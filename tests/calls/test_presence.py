"""An agent's presence follows its table."""

from __future__ import annotations

from typing import get_args

import pytest

from ringfence.calls.presence import PRESENCE_TABLE, Agent, PresenceState, PresenceTrigger
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import UserId

STATES = get_args(PresenceState)


def test_the_table_names_every_state_and_trigger() -> None:
    assert set(PRESENCE_TABLE) == set(STATES)
    triggers = {trigger for row in PRESENCE_TABLE.values() for trigger in row}
    assert triggers == set(get_args(PresenceTrigger))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("trigger", get_args(PresenceTrigger))
def test_a_step_follows_the_table_and_is_dated(
    state: PresenceState, trigger: PresenceTrigger
) -> None:
    agent = Agent(UserId("US-1"))
    agent.state = state
    goal = PRESENCE_TABLE[state].get(trigger)
    assert agent.step(trigger, Ms(7)) is (goal is not None)
    assert agent.state == (goal or state)
    assert agent.since == (7 if goal else 0)


@pytest.mark.parametrize("state", [state for state in STATES if state != "offline"])
def test_everybody_can_go_home(state: PresenceState) -> None:
    assert PRESENCE_TABLE[state]["sign_out"] == "offline"
