"""What is said of a number beside what answers it."""

from ringfence.numbers.options import PLAIN, NumberOptions


def test_nothing_said_is_nothing():
    assert NumberOptions() == PLAIN
    assert NumberOptions(caller_name_lookup=True) != PLAIN


def test_a_name_is_not_printed():
    assert "Reception" not in repr(NumberOptions(name="Reception"))
