"""What the digits of a number say by themselves."""

import pytest

from ringfence.numbers import plan
from ringfence.numbers.plan import country_of, describe, formatted, kind_of, national_digits


def test_a_number_says_where_and_what_it_is():
    found = describe("(202) 555-0123", region="US")
    assert (found.e164, found.valid, found.flaws) == ("+12025550123", True, ())
    assert (found.country, found.calling_code) == ("US", "1")
    assert found.national == "(202) 555-0123"
    assert found.line_type is None  # in North America the digits do not say
    assert describe("+18005550123").line_type == "tollFree"
    assert describe("+1 (202) 555-0123 ext. 4").national == "(202) 555-0123"


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("+1202555", "TOO_SHORT"),
        ("+120255501234567", "TOO_LONG"),
        ("+120155501000000", "TOO_LONG"),
        ("+447700900123", "INVALID_BUT_POSSIBLE"),
        ("+9991234567", "INVALID_COUNTRY_CODE"),
        ("2025550123", "INVALID_COUNTRY_CODE"),
        ("hello", "NOT_A_NUMBER"),
        ("+", "NOT_A_NUMBER"),
    ],
)
def test_what_is_wrong_with_it_has_a_word(text, flaw):
    found = describe(text)
    assert (found.valid, found.flaws) == (False, (flaw,))
    assert found.national is None


def test_a_number_that_may_be_mobile_has_the_carrier_of_its_range(monkeypatch):
    assert describe("+12025550123").carrier is None
    monkeypatch.setattr(plan, "carrier_of", lambda e164: f"of {e164[:4]}")
    assert describe("+12025550123").carrier == "of +120"
    assert describe("+18005550123").carrier is None  # of no range of a carrier's


def test_kinds_countries_and_digits():
    assert kind_of("+18005550123") == "toll-free"
    assert kind_of("+12025550123") == "local"
    assert kind_of("nonsense") is None
    assert country_of("+447700900123") == "GB"
    assert country_of("nonsense") is None
    assert national_digits("+12025550123") == "2025550123"
    assert national_digits("nonsense") == "nonsense"


def test_a_number_is_shown_as_its_country_writes_it():
    assert formatted("+12025550123") == "(202) 555-0123"
    assert formatted("sip:x@example.com") == "sip:x@example.com"
    assert formatted("+x") == "+x"


def test_digits_are_not_printed():
    assert "5550123" not in repr(describe("+12025550123"))
