"""Figures of the notice come from the rules and limits of the program."""

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.policy.variables import VARIABLES, filled, named
from ringfence.privacy.retention import RULES


def test_the_figures_are_those_of_the_rules() -> None:
    for rule in RULES.values():
        assert VARIABLES[f"{rule.key}_floor_days"] == rule.floor_days
        ceiling = VARIABLES.get(f"{rule.key}_ceiling_days")
        assert ceiling == rule.ceiling_days


def test_a_text_is_filled() -> None:
    text = "From {call_log_floor_days} to {call_log_ceiling_days} days."
    assert named(text) == ("call_log_floor_days", "call_log_ceiling_days")
    low, high = RULES["call_log"].floor_days, RULES["call_log"].ceiling_days
    assert filled(text) == f"From {low} to {high} days."
    assert filled("{a}", {"a": 3}) == "3"
    assert filled("{not a name}") == "{not a name}"


def test_an_unknown_variable_is_our_mistake() -> None:
    with pytest.raises(LocalError, match="no_such"):
        filled("{no_such}")
