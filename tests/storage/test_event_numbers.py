"""One order for facts of calls and of messages, without a gap where something failed."""

from __future__ import annotations

from ringfence.storage.event_numbers import EventNumbers, newest


class Nothing:
    def value(self, _statement):
        return None


class Some:
    def __init__(self):
        self.found = iter([7, 9])

    def value(self, _statement):
        return next(self.found)


def test_numbers_begin_at_one_or_after_the_newest_of_both():
    assert newest(Nothing()) == 0
    assert EventNumbers(Nothing()).take() == 1
    assert EventNumbers(Some()).take() == 10


def test_what_was_not_written_comes_again():
    numbers = EventNumbers(Nothing())
    numbers.begin()
    assert [numbers.take(), numbers.take()] == [1, 2]
    numbers.rolled_back()
    numbers.begin()
    assert numbers.take() == 1
    numbers.committed()
    numbers.begin()
    assert numbers.take() == 2
