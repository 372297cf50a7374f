"""Effects are frozen and keyword-only, and keep digits and addresses to themselves."""

from __future__ import annotations

from typing import get_args

import pytest

from ringfence.calls import effects
from ringfence.kernel.ids import LegId
from ringfence.kernel.values import Value

KINDS = get_args(effects.Effect)


@pytest.mark.parametrize("kind", [*KINDS, effects.Channel], ids=lambda kind: kind.__name__)
def test_the_form(kind: type) -> None:
    assert issubclass(kind, Value)
    assert kind.__struct_config__.frozen
    assert kind.__match_args__ == ()  # keyword-only
    assert kind.__doc__


def test_every_effect_of_the_module_is_among_the_effects() -> None:
    own = {
        value
        for value in vars(effects).values()
        if isinstance(value, type)
        and issubclass(value, Value)
        and value.__module__ == effects.__name__
    }
    assert own - {effects.Channel} == set(KINDS)


def test_digits_and_addresses_do_not_show() -> None:
    leg = LegId("LG-x")
    text = repr(effects.SendDigits(leg=leg, digits="4711"))
    text += repr(effects.ReferLeg(leg=leg, target="sip:alice@example.com"))
    assert "4711" not in text
    assert "alice" not in text
