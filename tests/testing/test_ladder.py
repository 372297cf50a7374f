"""The failure ladder: which step fails, and how many there were."""

from __future__ import annotations

import errno

import pytest

from ringfence.testing.ladder import Ladder


def test_without_a_rung_it_only_counts() -> None:
    ladder = Ladder()
    assert [ladder.fails() for _ in range(5)] == [False] * 5
    assert (ladder.steps, ladder.reached) == (5, False)


def test_one_step_fails() -> None:
    ladder = Ladder(3)
    assert [ladder.fails() for _ in range(5)] == [False, False, True, False, False]
    assert ladder.reached


def test_that_step_and_every_one_after_it_may_fail() -> None:
    ladder = Ladder(3, more=True)
    assert [ladder.fails() for _ in range(5)] == [False, False, True, True, True]


def test_a_step_that_needs_the_disk_fails_as_a_full_disk_does() -> None:
    ladder = Ladder(2)
    ladder.disk()
    with pytest.raises(OSError, match="full") as failed:
        ladder.disk()
    assert failed.value.errno == errno.ENOSPC


def test_it_can_start_anew() -> None:
    ladder = Ladder(1)
    assert ladder.fails()
    ladder.start(2)
    assert [ladder.fails() for _ in range(3)] == [False, True, False]
    ladder.start()
    assert not any(ladder.fails() for _ in range(9))


def test_a_rung_that_was_not_reached_says_so() -> None:
    ladder = Ladder(9)
    ladder.fails()
    assert not ladder.reached
