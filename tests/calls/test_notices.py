"""Notices are frozen, slotted and keyword-only, and keep digits to themselves."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from ringfence.calls import notices
from ringfence.kernel.ids import RecordingId

KINDS = get_args(notices.Notice)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_form(kind: type) -> None:
    parameters = kind.__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen
    assert all(field.kw_only for field in dataclasses.fields(kind))
    assert "__slots__" in vars(kind)
    assert kind.__doc__


def test_digits_do_not_show() -> None:
    text = repr(notices.DigitHeard(digit="8"))
    text += repr(notices.DigitsEntered(digits="8888", reason="timeout"))
    text += repr(
        notices.RecordingFinished(
            recording=RecordingId("RE-x"),
            source="voicemail",
            reason="digit",
            duration_ms=1,
            digit="8",
        )
    )
    assert "8" not in text
