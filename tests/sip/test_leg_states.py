"""The table of what a leg may be told, checked against the commands there are."""

from typing import get_args

from ringfence.sip.commands import Invite, LegCommand
from ringfence.sip.leg_states import AFTER_THE_END, ALLOWED, State, Wake


def test_every_command_for_a_leg_is_in_the_table():
    assert set(ALLOWED) == set(get_args(LegCommand)) - {Invite}


def test_every_command_is_allowed_somewhere():
    for states in ALLOWED.values():
        assert states
        assert states <= set(State)


def test_hanging_up_is_allowed_everywhere():
    for command, states in ALLOWED.items():
        if command.__name__ in {"Bye", "Cancel"}:
            assert states == set(State)


def test_nothing_that_talks_survives_the_end():
    assert set(Wake) > AFTER_THE_END
    assert Wake.SESSION not in AFTER_THE_END
