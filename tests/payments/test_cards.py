"""Numbers of cards: Luhn, brands, expiry."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.clock import Ms
from ringfence.payments import cards

NOW = Ms(int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000))


def checked(digits: str) -> str:
    """The same with the check digit that makes it whole."""
    return next(digits + str(n) for n in range(10) if cards.luhn(digits + str(n)))


@given(st.text("0123456789", min_size=1, max_size=18), st.data())
def test_one_wrong_digit_is_always_found(body: str, data: st.DataObject) -> None:
    """Of a number with a check digit no other digit can stand in any one place."""
    whole = checked(body)
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != whole[place]]))
    assert not cards.luhn(whole[:place] + other + whole[place + 1 :])


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("4242424242424242", "visa"),
        ("4222222222222", "visa"),
        ("5555555555554444", "mastercard"),
        ("2223003122003222", "mastercard"),
        ("378282246310005", "amex"),
        ("6011111111111117", "discover"),
        ("3566002020360505", "jcb"),
        ("30569309025904", "diners-club"),
        ("36227206271667", "diners-club"),
        ("6759649826438453", "maestro"),
        ("201400000000009", "enroute"),
        ("4242424242424241", ""),
        ("42424242424242", ""),
        ("424242", ""),
        ("0000000000000000", ""),
    ],
)
def test_whose_card_it_is(number: str, kind: str) -> None:
    assert cards.card_type(number) == kind


def test_a_brand_of_two_names_is_the_one_that_is_taken() -> None:
    assert cards.card_type("378282246310005", ("optima", "visa")) == "optima"
    assert cards.card_type("378282246310005", ("visa",)) == "amex"


@pytest.mark.parametrize(
    ("number", "whole"),
    [("5555555555554444", True), ("378282246310005", True), ("37828224631000", False),
     ("4242424242424242", False), ("4242424242424242422", True), ("555555555555444", False)],
)  # fmt: skip
def test_when_nothing_can_follow(number: str, whole: bool) -> None:
    assert cards.is_whole(number) is whole


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("1126", True), ("1226", True), ("1026", False), ("0026", False), ("1326", False),
     ("0147", False), ("1246", True), ("126", False), ("", False)],
)  # fmt: skip
def test_a_card_is_valid_to_the_end_of_its_month(digits: str, valid: bool) -> None:
    assert cards.expires(digits, NOW) is valid


def test_it_is_over_with_the_month_and_not_before() -> None:
    last = Ms(int(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC).timestamp() * 1000))
    assert cards.expires("1126", last)
    assert not cards.expires("1126", Ms(last + 1000))


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("121181976", True), ("110000000", True), ("121181977", False), ("000000000", False),
     ("12118197", False)],
)  # fmt: skip
def test_routing_numbers(digits: str, valid: bool) -> None:
    assert cards.routing(digits) is valid


def test_the_code_of_an_american_express_card_has_four_digits() -> None:
    assert [cards.code_length(kind) for kind in ("amex", "optima", "visa", "")] == [4, 4, 3, 3]
