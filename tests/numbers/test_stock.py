"""Numbers that nobody uses yet."""

import pytest

from ringfence.accounts.resources import StockRange
from ringfence.kernel.errors import Refused
from ringfence.numbers.stock import count, free, holds

RANGE = StockRange(first="+12025550150", count=3)
FORTY_FOUR = StockRange(first="+447700900170", count=2, kind="mobile", sms=True)


def numbers(*ranges, used=(), **how):
    return [one.number for one in free(ranges, used=set(used).__contains__, **how)]


def test_what_is_in_use_is_not_free_and_nothing_is_free_twice():
    found = numbers(RANGE, RANGE, used=["+12025550151"])
    assert found == ["+12025550150", "+12025550152"]


def test_a_number_is_found_by_what_it_is():
    assert numbers(RANGE, FORTY_FOUR, kind="mobile") == ["+447700900170", "+447700900171"]
    assert numbers(RANGE, FORTY_FOUR, country="US", sms=True) == []
    assert numbers(RANGE, FORTY_FOUR, area_code="202")[0] == "+12025550150"
    assert numbers(RANGE, FORTY_FOUR, area_code="555") == []


@pytest.mark.parametrize("pattern", ["555015*", "KKK0151", "+1*025550151", "0151"])
def test_a_pattern_matches_anywhere(pattern):
    assert "+12025550151" in numbers(RANGE, contains=pattern)
    assert numbers(FORTY_FOUR, contains=pattern) == []


@pytest.mark.parametrize("pattern", ["", "(555)", "1" * 17, "\u0665"])
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(Refused, match="bad_pattern"):
        numbers(RANGE, contains=pattern)


def test_a_range_has_two_ends():
    assert count("+12025550150", "+12025550199") == 50
    for first, last in (
        ("+12025550150", "+12025550149"), ("+12025550150", "+1202555015"), ("123", "124"),
        ("+12020000000", "+12029999999"),
    ):  # fmt: skip
        with pytest.raises(Refused, match="bad_range"):
            count(first, last)


def test_what_lies_in_a_range():
    assert holds(RANGE, "+12025550152")
    for other in ("+12025550153", "+12025550149", "+1202555015", "sip:x@example"):
        assert not holds(RANGE, other)
