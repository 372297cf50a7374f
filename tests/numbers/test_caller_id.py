"""Nobody shows a number that is not theirs to show."""

from __future__ import annotations

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.numbers.caller_id import Showing, choose

OURS = Phone("+12025550100")
MAIN = Phone("+12025550101")
CALLER = Phone("+12025550177")
STRANGER = Phone("+12025550199")


def shown(**known: object) -> Phone | None:
    return choose(
        Showing(**known),  # type: ignore[arg-type]
        owns=lambda phone: phone in {OURS, MAIN},
    )


def test_a_number_of_ours_may_be_wanted() -> None:
    assert shown(wanted=OURS, caller=CALLER, called=MAIN, passes_callers=True) == OURS


@pytest.mark.parametrize("passes", [False, True])
def test_a_stranger_s_may_not(passes: bool) -> None:
    with pytest.raises(Refused) as refusal:
        shown(wanted=STRANGER, caller=CALLER, passes_callers=passes)
    assert refusal.value.code == "caller_id_not_allowed"
    assert "0199" not in str(refusal.value)


def test_the_caller_s_own_only_where_the_trunk_lets_it_pass() -> None:
    assert shown(wanted=CALLER, caller=CALLER, passes_callers=True) == CALLER
    with pytest.raises(Refused):
        shown(wanted=CALLER, caller=CALLER)


def test_passing_a_caller_on() -> None:
    assert shown(caller=CALLER, called=MAIN, passes_callers=True) == CALLER
    assert shown(caller=CALLER, called=MAIN) == MAIN


def test_the_trunk_s_own_number_and_at_last_none() -> None:
    assert shown(caller=CALLER, called=STRANGER, trunk_number=OURS) == OURS
    assert shown() is None
