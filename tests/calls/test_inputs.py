"""Inputs are frozen and keyword-only; each means something to a call."""

from __future__ import annotations

from typing import get_args

import pytest

from ringfence.calls import inputs
from ringfence.calls.hear import HEAR
from ringfence.kernel.ids import LegId
from ringfence.kernel.values import Value

KINDS = get_args(inputs.Input)


@pytest.mark.parametrize("kind", [*KINDS, inputs.LegStats], ids=lambda kind: kind.__name__)
def test_the_form(kind: type) -> None:
    assert issubclass(kind, Value)
    assert kind.__struct_config__.frozen
    assert kind.__match_args__ == ()  # keyword-only
    assert kind.__doc__


def test_every_input_is_heard() -> None:
    assert set(HEAR) == set(KINDS)


def test_digits_do_not_show() -> None:
    assert "7" not in repr(inputs.DigitPressed(leg=LegId("LG-x"), digit="7"))
