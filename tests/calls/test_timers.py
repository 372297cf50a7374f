"""Timers come due in order of time, and exactly when set."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringfence.calls.timers import Timers


def test_none_is_due_at_first() -> None:
    timers = Timers()
    assert timers.deadline() is None
    assert timers.take_due(10**15) is None


def test_setting_again_moves() -> None:
    timers = Timers()
    timers.set("ring", 100)
    timers.set("ring", 300)
    assert timers.deadline() == 300
    assert timers.take_due(299) is None
    assert timers.take_due(300) == ("ring", "")
    assert timers.deadline() is None


def test_subjects_are_apart() -> None:
    timers = Timers()
    timers.set("release", 5, "a")
    timers.set("release", 4, "b")
    timers.clear("release", "b")
    timers.clear("release", "never set")
    assert timers.deadline() == 5
    assert timers.take_due(9) == ("release", "a")


def test_keeping_only_some_kinds() -> None:
    timers = Timers()
    timers.set("max", 1)
    timers.set("release", 7, "a")
    timers.keep_only(frozenset({"release"}))
    assert timers.deadline() == 7
    timers.keep_only(frozenset())
    assert timers.deadline() is None


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 50)), max_size=30))
def test_everything_set_comes_due_once_and_in_order(actions: list[tuple[str, int]]) -> None:
    """What comes out is what was set last for each name, sorted by time."""
    timers = Timers()
    model: dict[str, int] = {}
    for name, at in actions:
        timers.set(name, at)
        model[name] = at
        assert timers.deadline() == min(model.values())
    taken = []
    while (key := timers.take_due(50)) is not None:
        taken.append(key[0])
    assert sorted(taken) == sorted(model)
    assert [model[name] for name in taken] == sorted(model.values())
