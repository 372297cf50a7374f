"""Answers that mean: no more of these."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.messaging.stop import WORDS, is_stop


@pytest.mark.promise("MSG-04")
@pytest.mark.parametrize(
    "text",
    [
        *sorted(WORDS),
        *("STOP", " Stop. ", "stop!", "Opt-out" if "opt-out" in WORDS else "optout"),
        *("Please stop", "please stop sending me these", "Take me off your list"),
        *("Don't text me any more", "do not contact me", "no more messages, thanks"),
        *("Remove me from this", "stop texting me", "Arrêter", "leave me alone"),
    ],
)
def test_a_stop_is_understood(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Yes please", "I will stop by at five", "Where is the bus stop?"),
        *("Don't stop", "The end of the month is fine", "Never stop sending these"),
        "I stopped at the shop and could not find the thing you told me about, please stop by",
    ],
)
def test_other_answers_are_left_alone(text: str) -> None:
    assert not is_stop(text)


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    """Invariant: no text raises."""
    assert is_stop(text) in {True, False}
