"""A repetition of the carrier's is told from a person who writes the same again."""

from __future__ import annotations

from ringfence.carriers.again import Again, digest
from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import TEXT_SAME_MS, TEXT_SEEN_MAX, TEXT_SOON_MS

T0 = Ms(1_000_000)
NAME = digest("a", "b", "1")
HERE, THERE = object(), object()


def test_the_same_again_is_new_where_the_carrier_heard_yes() -> None:
    again = Again()
    assert again.reference(NAME, HERE, T0) == NAME
    again.answered(NAME, T0)
    assert again.reference(NAME, HERE, Ms(T0 + 30_000)) == ""
    assert again.reference(NAME, HERE, Ms(T0 + 30_001)) == "", "two at once"
    assert again.reference(digest("a", "b", "2"), HERE, T0) == digest("a", "b", "2")


def test_the_same_over_another_session_may_be_a_repetition() -> None:
    again = Again()
    again.reference(NAME, HERE, T0)
    again.answered(NAME, T0)
    assert again.reference(NAME, THERE, T0) == NAME


def test_the_same_after_a_late_answer_a_no_or_none_may_be_a_repetition() -> None:
    again = Again()
    again.reference(NAME, HERE, T0)
    assert again.reference(NAME, HERE, Ms(T0 + TEXT_SOON_MS)) == NAME
    again.answered(NAME, Ms(T0 + 2 * TEXT_SOON_MS))
    assert again.reference(NAME, HERE, Ms(T0 + 2 * TEXT_SOON_MS)) == NAME
    again.refused(NAME)
    assert again.reference(NAME, HERE, Ms(T0 + 2 * TEXT_SOON_MS)) == NAME


def test_it_forgets() -> None:
    again = Again()
    for n in range(TEXT_SEEN_MAX + 5):
        again.reference(digest(str(n)), HERE, T0)
    assert again.reference(digest("0"), HERE, T0) == digest("0"), "the oldest give way"
    assert len(again._seen) == TEXT_SEEN_MAX
    again.reference(NAME, HERE, Ms(T0 + TEXT_SAME_MS))
    assert list(again._seen) == [NAME]


def test_what_came_again_is_no_longer_the_oldest() -> None:
    again = Again()
    for name, after in (("1", 0), ("2", 1), ("1", TEXT_SAME_MS - 1)):
        again.reference(digest(name), HERE, Ms(T0 + after))
    again.reference(NAME, HERE, Ms(T0 + TEXT_SAME_MS + 1))
    assert list(again._seen) == [digest("1"), NAME], "the second went when its time was over"
