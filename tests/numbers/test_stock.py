"""Numbers that nobody uses yet."""

import pytest

from ringfence.accounts.resources import StockPlace, StockRange
from ringfence.kernel.errors import Refused
from ringfence.numbers.stock import Wanted, count, free, holds, miles, whereabouts

RANGE = StockRange(first="+12025550150", count=3)
FORTY_FOUR = StockRange(first="+447700900170", count=2, kind="mobile", sms=True)


def numbers(*ranges, used=(), **how):
    return [one.number for one in free(ranges, Wanted(**how), used=set(used).__contains__)]


def test_what_is_in_use_is_not_free_and_nothing_is_free_twice():
    found = numbers(RANGE, RANGE, used=["+12025550151"])
    assert found == ["+12025550150", "+12025550152"]


def test_a_number_is_found_by_what_it_is():
    assert numbers(RANGE, FORTY_FOUR, kind="mobile") == ["+447700900170", "+447700900171"]
    assert numbers(RANGE, FORTY_FOUR, country="US", sms=True) == []
    assert numbers(RANGE, FORTY_FOUR, area_code="202")[0] == "+12025550150"
    assert numbers(RANGE, FORTY_FOUR, area_code="555") == []


@pytest.mark.parametrize("pattern", [
    "555015*", "KKK0151", "+1*025550151", "0151", "+1202", "0151$", "20%151", "%%0151",
])  # fmt: skip
def test_a_pattern_matches_anywhere(pattern):
    assert "+12025550151" in numbers(RANGE, contains=pattern)
    assert numbers(FORTY_FOUR, contains=pattern) == []


@pytest.mark.parametrize("pattern", ["", "(555)", "1" * 17, "\u0665", "*%", "$1", "1+"])
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(Refused, match="bad_pattern"):
        numbers(RANGE, contains=pattern)


def test_a_range_has_two_ends():
    assert count("+12025550150", "+12025550199") == 50
    for first, last in (
        ("+12025550150", "+12025550149"), ("+12025550150", "+1202555015"), ("123", "124"),
        ("+12025550100", "+13025550199"),
    ):  # fmt: skip
        with pytest.raises(Refused, match="bad_range"):
            count(first, last)


def test_what_lies_in_a_range():
    assert holds(RANGE, "+12025550152")
    for other in ("+12025550153", "+12025550149", "+1202555015", "sip:x@example"):
        assert not holds(RANGE, other)


def test_a_pattern_can_hold_on_to_an_end():
    assert numbers(RANGE, contains="+0151") == []
    assert numbers(RANGE, contains="202$") == []


HOME = StockPlace(
    locality="Springfield", region="IL", postal_code="62701", rate_center="SPGFLD", lata="374",
    latitude=39.8, longitude=-89.65,
)  # fmt: skip
THERE = StockRange(first="+12025550170", count=1, place=HOME, address="local", beta=True, mms=True)
AWAY = StockRange(
    first="+12025550180", count=1, voice=False, fax=True,
    place=StockPlace(latitude=41.88, longitude=-87.63),
)  # fmt: skip
ALL = (RANGE, THERE, AWAY)


@pytest.mark.parametrize(
    "how",
    [
        {"locality": "springfield"}, {"region": "il"}, {"postal_code": "62701"},
        {"rate_center": "SPGFLD", "lata": "374"}, {"locality": "+12025550170"},
        {"near": "39.7,-89.6"}, {"near": "+12025550170"}, {"mms": True},
    ],
)  # fmt: skip
def test_a_number_is_found_by_its_place(how):
    assert numbers(*ALL, **how) == ["+12025550170"]


def test_what_nobody_said_of_a_place_the_digits_say():
    assert numbers(*ALL, region="DC", locality="Washington")[0] == "+12025550150"
    assert "+12025550170" not in numbers(*ALL, region="DC")
    assert numbers(*ALL, near="+12025550151")[:2] == ["+12025550150", "+12025550151"]
    assert whereabouts(ALL, "+442079460123") == StockPlace(locality="London")
    assert numbers(*ALL, postal_code="+12025550150") == []


def test_near_is_as_far_as_it_is_said():
    assert round(miles((39.8, -89.65), (41.88, -87.63))) == 178
    assert numbers(*ALL, near="39.8,-89.65", miles=500) == ["+12025550170", "+12025550180"]
    with pytest.raises(Refused, match="bad_place"):
        numbers(RANGE, near="at home")


def test_rules_of_addresses_and_what_is_new_can_be_left_out():
    assert "+12025550170" not in numbers(*ALL, without_address=frozenset({"local"}))
    assert "+12025550170" in numbers(*ALL, without_address=frozenset({"foreign"}))
    assert "+12025550170" not in numbers(*ALL, beta=False)
    assert "+12025550170" in numbers(*ALL, beta=True)


def test_what_numbers_can_do():
    assert numbers(*ALL, voice=False) == numbers(*ALL, fax=True) == ["+12025550180"]
