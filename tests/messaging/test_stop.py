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
        *("STOP", " Stop. ", "stop!", "Opt-out", "STOP SMS", "STOP 2 END"),
        *("Please stop", "please stop sending me these", "Take me off your list"),
        *("Don't text me any more", "do not contact me", "no more messages, thanks"),
        *("STOP\n\nSent from my telephone", "Stop.\r\n\r\n> On Monday you wrote:\r\n> Offers!"),
        *("İPTAL", "LOPETA", "Διακοπή", "ODJAVA", "Отказ", "退订", "Désinscrire"),
        *("Remove me from this", "stop texting me", "Arrêter", "leave me alone"),
    ],
)
def test_a_stop_is_understood(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Yes please", "I will stop by at five", "Where is the bus stop?"),
        *(
            "Don't stop",
            "The end of the month is fine",
            "C'est la fin",
            "Basta così poco",
            "बंदर",
            "قفز",
            "Never stop sending these",
            "The bus\n\nstop",
            "See you there\n\nStop",
        ),
        "I stopped at the shop and could not find the thing you told me about, please stop by",
    ],
)
def test_other_answers_are_left_alone(text: str) -> None:
    assert not is_stop(text)


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    """Invariant: no text raises."""
    assert is_stop(text) in {True, False}
