"""One table of causes, and both ways through it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.calls.causes import CAUSES, Cause, dial_status, from_q850, from_sip, word


def test_every_cause_has_a_row() -> None:
    assert set(CAUSES) == set(Cause)


@pytest.mark.parametrize("cause", Cause)
def test_a_row_is_fit_for_the_wire(cause: Cause) -> None:
    row = CAUSES[cause]
    assert 400 <= row.sip < 700
    assert 1 <= row.q850 <= 127
    assert row.sentence.endswith(".")


@pytest.mark.parametrize(
    ("status", "q850", "cause"),
    [
        (486, None, Cause.BUSY),
        (600, None, Cause.BUSY),
        (603, None, Cause.REJECTED),
        (607, None, Cause.REJECTED),
        (480, None, Cause.NO_ANSWER),
        (480, 20, Cause.NOT_REGISTERED),
        (480, 17, Cause.BUSY),
        (480, 16, Cause.NO_ANSWER),
        (487, None, Cause.CANCELLED),
        (408, None, Cause.UNREACHABLE),
        (404, None, Cause.UNALLOCATED),
        (604, None, Cause.UNALLOCATED),
        (410, None, Cause.NUMBER_CHANGED),
        (484, None, Cause.INVALID_NUMBER),
        (488, None, Cause.NOT_ACCEPTABLE),
        (606, None, Cause.NOT_ACCEPTABLE),
        (401, None, Cause.UNAUTHORIZED),
        (403, None, Cause.FORBIDDEN),
        (403, 1, Cause.UNALLOCATED),
        (482, None, Cause.LOOP),
        (500, None, Cause.SERVER_ERROR),
        (503, None, Cause.CONGESTION),
        (503, 1, Cause.UNALLOCATED),
        (503, 999, Cause.CONGESTION),
        (301, None, Cause.NUMBER_CHANGED),
        (302, None, Cause.FORBIDDEN),
        (486, 1, Cause.BUSY),
        (420, None, Cause.FORBIDDEN),
        (699, None, Cause.FORBIDDEN),
    ],
)
def test_what_a_refusal_means(status: int, q850: int | None, cause: Cause) -> None:
    assert from_sip(status, q850) is cause


@given(st.integers(300, 699), st.none() | st.integers(-5, 300))
def test_every_refusal_means_something_that_is_not_success(status: int, q850: int | None) -> None:
    """A refused leg never counts as a conversation that ended normally."""
    cause = from_sip(status, q850)
    assert cause is not Cause.NORMAL
    assert dial_status(cause, talked=False) != "completed"
    assert word(cause, answered=False) != "completed"


@pytest.mark.parametrize(
    ("q850", "cause"),
    [
        (None, Cause.NORMAL),
        (16, Cause.NORMAL),
        (31, Cause.NORMAL),
        (17, Cause.BUSY),
        (41, Cause.CONGESTION),
        (102, Cause.UNREACHABLE),
        (4711, Cause.NORMAL),
    ],
)
def test_what_a_hang_up_means(q850: int | None, cause: Cause) -> None:
    assert from_q850(q850) is cause


@pytest.mark.parametrize("cause", [Cause.BUSY, Cause.UNALLOCATED, Cause.NOT_ACCEPTABLE, Cause.LOOP])
def test_what_we_send_comes_back_as_what_we_meant(cause: Cause) -> None:
    assert from_sip(CAUSES[cause].sip) is cause
    assert from_q850(CAUSES[cause].q850) is cause


@pytest.mark.parametrize(
    ("cause", "answered", "said"),
    [
        (Cause.BUSY, False, "busy"),
        (Cause.NO_ANSWER, False, "no-answer"),
        (Cause.REJECTED, False, "busy"),
        (Cause.CANCELLED, False, "canceled"),
        (Cause.UNALLOCATED, False, "failed"),
        (Cause.NORMAL, False, "no-answer"),
        (Cause.NORMAL, True, "completed"),
        (Cause.MEDIA_LOST, True, "completed"),
        (Cause.DRAINING, False, "failed"),
    ],
)
def test_the_word_of_the_api(cause: Cause, answered: bool, said: str) -> None:
    assert word(cause, answered=answered) == said


def test_somebody_talked_to_is_a_dial_completed() -> None:
    assert {dial_status(cause, talked=True) for cause in Cause} == {"completed"}
    assert dial_status(Cause.NORMAL, talked=False) == "no_answer"
    assert dial_status(Cause.ANSWERED_ELSEWHERE, talked=False) == "cancelled"
