"""Inputs are frozen, slotted and keyword-only; each means something to a call."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from ringfence.calls import inputs
from ringfence.calls.hear import HEAR
from ringfence.kernel.ids import LegId

KINDS = get_args(inputs.Input)


@pytest.mark.parametrize("kind", [*KINDS, inputs.LegStats], ids=lambda kind: kind.__name__)
def test_the_form(kind: type) -> None:
    parameters = kind.__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen
    assert all(field.kw_only for field in dataclasses.fields(kind))
    assert "__slots__" in vars(kind)
    assert kind.__doc__


def test_every_input_is_heard() -> None:
    assert set(HEAR) == set(KINDS)


def test_digits_do_not_show() -> None:
    assert "7" not in repr(inputs.DigitPressed(leg=LegId("LG-x"), digit="7"))
