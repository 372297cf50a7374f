"""Orders: amounts, currencies, what has to be entered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.payments.order import PaymentOrder, amount_of, card_types_of, currency_of, decimals


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("20.45", "usd", "20.45"), ("0", "usd", ""), ("0.00", "usd", ""), ("", "usd", ""),
     ("12", "jpy", "12"), ("12.5", "jpy", None), ("1.234", "kwd", "1.234"),
     ("1.234", "usd", None), ("-0.5", "usd", None), ("1000000", "usd", None),
     ("999999.99", "usd", "999999.99"), ("1e3", "usd", "1000"), ("NaN", "usd", None),
     ("Infinity", "usd", None), ("$5", "usd", None)],
)  # fmt: skip
def test_amounts(text: str, currency: str, amount: str | None) -> None:
    assert amount_of(text, currency) == amount


@given(st.text(max_size=12))
def test_whatever_is_written_is_an_amount_or_none(text: str) -> None:
    """Reading an amount never fails, and what is read is read again as the same."""
    amount = amount_of(text)
    assert amount is None or amount_of(amount) == amount


def test_currencies() -> None:
    assert [currency_of(word) for word in ("USD", "eur", "dollar", "xxx", "")] == [
        "usd",
        "eur",
        None,
        None,
        None,
    ]
    assert [decimals(word) for word in ("usd", "JPY", "kwd")] == [2, 0, 3]


def test_card_types() -> None:
    assert card_types_of("visa  AMEX visa") == ("visa", "amex")
    assert card_types_of("visa,amex") == ("visa", "amex")
    assert card_types_of("visa acme") is None
    assert card_types_of("") is None


def test_what_has_to_be_entered() -> None:
    assert PaymentOrder().fields == (
        "payment-card-number", "expiration-date", "security-code", "postal-code",
    )  # fmt: skip
    short = PaymentOrder(security_code=False, postal_code="94105")
    assert short.fields == ("payment-card-number", "expiration-date")
    bank = PaymentOrder(method="ach-debit")
    assert bank.fields == ("bank-routing-number", "bank-account-number")
    assert not bank.charges
