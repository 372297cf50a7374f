"""Which failure speaks for a dial."""

import pytest

from ringfence.calls.attempt import weightier
from ringfence.calls.causes import Cause


@pytest.mark.parametrize(
    ("first", "then", "speaks"),
    [
        (None, Cause.NO_ANSWER, Cause.NO_ANSWER),
        (Cause.BUSY, Cause.NO_ANSWER, Cause.BUSY),
        (Cause.UNREACHABLE, Cause.NO_ANSWER, Cause.NO_ANSWER),
        (Cause.BUSY, Cause.REJECTED, Cause.REJECTED),
    ],
)
def test_what_a_person_did_counts_more(first: Cause | None, then: Cause, speaks: Cause) -> None:
    assert weightier(first, then) is speaks
