"""The life of an account: a table, and what is allowed in each state."""

from __future__ import annotations

from typing import get_args

import pytest

from ringfence.accounts.lifecycle import (
    ACCOUNT_TABLE,
    MAY,
    AccountState,
    AccountTrigger,
    Action,
    require,
    step,
)
from ringfence.kernel.errors import LocalError, Refused

STATES = get_args(AccountState)


def test_the_tables_are_complete() -> None:
    assert set(ACCOUNT_TABLE) == set(STATES) == set(MAY)
    triggers = {trigger for row in ACCOUNT_TABLE.values() for trigger in row}
    assert triggers == set(get_args(AccountTrigger))
    assert set().union(*MAY.values()) == set(get_args(Action))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("trigger", get_args(AccountTrigger))
def test_a_step_follows_the_table(state: AccountState, trigger: AccountTrigger) -> None:
    goal = ACCOUNT_TABLE[state].get(trigger)
    if goal is None:
        with pytest.raises(LocalError):
            step(state, trigger)
    else:
        assert step(state, trigger) == goal


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", get_args(Action))
def test_what_is_not_allowed_is_refused_by_name(state: AccountState, action: Action) -> None:
    if action in MAY[state]:
        require(state, action)
        return
    with pytest.raises(Refused) as refusal:
        require(state, action)
    assert refusal.value.code == f"account_{state.removeprefix('trial_')}"


@pytest.mark.parametrize("state", STATES)
def test_rights_are_never_suspended(state: AccountState) -> None:
    require(state, "exercise_rights")


def test_every_account_can_be_closed() -> None:
    assert all("close" in row for state, row in ACCOUNT_TABLE.items() if state != "closed")
