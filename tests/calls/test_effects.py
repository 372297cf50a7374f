"""Effects are frozen, slotted and keyword-only, and keep digits and addresses to themselves."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from ringfence.calls import effects
from ringfence.kernel.ids import LegId

KINDS = get_args(effects.Effect)


@pytest.mark.parametrize("kind", [*KINDS, effects.Channel], ids=lambda kind: kind.__name__)
def test_the_form(kind: type) -> None:
    parameters = kind.__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen
    assert all(field.kw_only for field in dataclasses.fields(kind))
    assert "__slots__" in vars(kind)
    assert kind.__doc__


def test_every_effect_of_the_module_is_among_the_effects() -> None:
    own = {
        value
        for value in vars(effects).values()
        if dataclasses.is_dataclass(value) and value.__module__ == effects.__name__
    }
    assert own - {effects.Channel} == set(KINDS)


def test_digits_and_addresses_do_not_show() -> None:
    leg = LegId("LG-x")
    text = repr(effects.SendDigits(leg=leg, digits="4711"))
    text += repr(effects.ReferLeg(leg=leg, target="sip:alice@example.com"))
    assert "4711" not in text
    assert "alice" not in text
