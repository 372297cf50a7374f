"""Where a number is from."""

import pytest

from ringfence.numbers.places import NOWHERE, Place, country_name, is_country, place_of, read


@pytest.mark.parametrize(
    ("number", "place"),
    [
        ("+12025550123", Place("Washington", "DC")),
        ("+14155550123", Place("San Francisco", "CA")),
        ("+442079460123", Place("London")),
        ("+447700900123", NOWHERE),
        ("+18005550199", NOWHERE),
        ("+99912345678", NOWHERE),
        ("nobody", NOWHERE),
    ],
)
def test_the_first_digits_say_it(number, place):
    assert place_of(number) == place


@pytest.mark.parametrize(
    ("code", "text", "place"),
    [
        ("1", "California", Place(None, "CA")),
        ("1", "Nassau", Place("Nassau")),
        ("55", "Barueri - SP", Place("Barueri", "SP")),
        ("91", "Meerut, Uttar Pradesh", Place("Meerut", "Uttar Pradesh")),
        ("49", "Berlin", Place("Berlin")),
    ],
)
def test_each_calling_code_writes_it_in_its_own_way(code, text, place):
    assert read(code, text) == place


def test_a_country_has_a_name():
    assert country_name("GB") == "United Kingdom"
    assert country_name("US") == "United States"
    assert country_name("QQ") == "QQ"
    assert is_country("GB")
    assert not is_country("gb")
