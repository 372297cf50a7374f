"""Digits are counted to the end the command asks for, and never printed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringfence.calls.collect import Collector
from ringfence.calls.commands import Collect
from ringfence.kernel.limits import COLLECT_DIGITS_MAX


def test_the_finishing_key_is_not_part_of_the_digits() -> None:
    collector = Collector(Collect(finish_on="#"))
    assert collector.press("1") is None
    assert collector.press("2") is None
    assert collector.press("#") == "finish_key"
    assert collector.digits == "12"
    assert collector.count == 2


def test_the_last_digit_asked_for_ends() -> None:
    collector = Collector(Collect(max_digits=2))
    assert collector.press("5") is None
    assert collector.press("*") == "max_digits"
    assert collector.digits == "5*"


def test_without_a_finishing_key_every_key_counts() -> None:
    collector = Collector(Collect(max_digits=0, finish_on=""))
    assert collector.press("#") is None
    assert collector.digits == "#"


@given(st.integers(0, 500))
def test_there_is_always_an_end(most: int) -> None:
    """However many digits are asked for, the limit ends a flood of keys."""
    collector = Collector(Collect(max_digits=most, finish_on=""))
    presses = 1
    while collector.press("1") is None:
        presses += 1
        assert presses <= COLLECT_DIGITS_MAX
    assert presses == min(most or COLLECT_DIGITS_MAX, COLLECT_DIGITS_MAX)


def test_digits_do_not_show() -> None:
    collector = Collector(Collect())
    collector.press("7")
    assert "7" not in repr(collector).partition(" at ")[0]
