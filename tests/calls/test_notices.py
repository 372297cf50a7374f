"""Notices are frozen and keyword-only, and keep digits to themselves."""

from __future__ import annotations

from typing import get_args

import pytest

from ringfence.calls import notices
from ringfence.kernel.ids import RecordingId
from ringfence.kernel.values import Value

KINDS = get_args(notices.Notice)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_form(kind: type) -> None:
    assert issubclass(kind, Value)
    assert kind.__struct_config__.frozen
    assert kind.__match_args__ == ()  # keyword-only
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
