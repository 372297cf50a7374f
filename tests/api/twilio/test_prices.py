"""Prices as Twilio's clients read them."""

import msgspec
import pytest

from ringfence.api.twilio.prices import charged, number, unit


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        (None, None),
        ("0.014", "-0.01400"),
        ("12.50", "-12.50000"),
        ("0.000001", "-0.000001"),
        ("0.00", "0.00000"),
    ],
)
def test_a_charge_is_less_than_nothing(price: str | None, shown: str | None) -> None:
    assert charged(price) == shown


def test_a_number_has_the_digits_of_its_text() -> None:
    assert number(None) is None
    assert msgspec.json.encode({"price": number("-0.05000")}) == b'{"price":-0.05000}'


def test_the_unit_is_the_accounts_and_the_dollar_where_nothing_costs() -> None:
    assert (unit("EUR"), unit(None)) == ("EUR", "USD")
