"""Whom a range of numbers was given to."""

import pytest

from ringfence.numbers import carriers
from ringfence.numbers.carriers import carrier_of


def test_a_mobile_number_has_the_carrier_of_its_range():
    assert carrier_of("+447700900123") == "O2"
    assert carrier_of("+12025550123") is None
    for nothing in ("", "+", "sip:x@example.com"):
        assert carrier_of(nothing) is None


def test_the_longest_range_counts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(carriers, "_names", lambda: {"1": "Wide", "120255501": "Narrow"})
    assert carrier_of("+12025550123") == "Narrow"
    assert carrier_of("+14155550123") == "Wide"


def test_no_range_is_longer_than_what_is_looked_at():
    assert max(map(len, carriers._names())) <= carriers._LONGEST
