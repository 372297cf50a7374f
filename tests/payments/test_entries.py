"""Entries: what is checked, what is shown, what is left."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.clock import Ms
from ringfence.kernel.secret import SecretDigits
from ringfence.payments.entries import ERRORS, Entries
from ringfence.payments.order import FIELDS, PaymentOrder

NOW = Ms(int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000))
CARD, AMEX = "4242424242424242", "378282246310005"


def take(entries: Entries, field, digits: str) -> str:
    return entries.take(field, SecretDigits(digits), NOW)


def test_a_card_from_its_number_to_its_code() -> None:
    entries = Entries(PaymentOrder(postal_code=False))
    assert entries.missing[0] == "payment-card-number"
    assert take(entries, "payment-card-number", CARD) == ""
    assert entries.card_type == "visa"
    assert take(entries, "expiration-date", "1231") == ""
    assert take(entries, "security-code", "1234") == "invalid-security-code"
    assert entries.most("security-code") == 3
    assert take(entries, "security-code", "123") == ""
    assert entries.missing == ()
    assert dict(entries.masked()) == {
        "PaymentCardNumber": "xxxxxxxxxxxx4242", "PaymentCardType": "visa",
        "ExpirationDate": "1231", "SecurityCode": "xxx",
    }  # fmt: skip
    assert entries.last_digits() == "4242"


@pytest.mark.parametrize(
    ("field", "digits", "error"),
    [
        ("payment-card-number", "", "timeout"),
        ("payment-card-number", "4242424242424241", "invalid-card-number"),
        ("payment-card-number", "6011111111111117", "invalid-card-type"),
        ("expiration-date", "1020", "invalid-date"),
        ("security-code", "12", "invalid-security-code"),
        ("postal-code", "12", "invalid-postal-code"),
        ("bank-routing-number", "123456789", "invalid-bank-routing-number"),
        ("bank-account-number", "123", "invalid-bank-account-number"),
    ],
)
def test_what_is_wrong_is_named_and_wiped(field, digits: str, error: str) -> None:
    entries = Entries(PaymentOrder())
    secret = SecretDigits(digits)
    assert entries.take(field, secret, NOW) == error
    assert not secret
    assert not entries.has(field)


@pytest.mark.promise("PAY-02")
def test_a_bank_account_shows_two_digits() -> None:
    entries = Entries(PaymentOrder(method="ach-debit"))
    assert take(entries, "bank-routing-number", "121181976") == ""
    assert take(entries, "bank-account-number", "508862392") == ""
    assert dict(entries.masked()) == {
        "BankRoutingNumber": "121181976", "BankAccountNumber": "*******92",
    }  # fmt: skip
    assert entries.last_digits() == "92"


def test_what_is_entered_twice_has_to_be_the_same() -> None:
    entries = Entries(PaymentOrder(matching=frozenset({"payment-card-number"})))
    assert take(entries, "payment-card-number", CARD) == ""
    assert entries.again("payment-card-number")
    assert "payment-card-number" in entries.missing
    assert take(entries, "payment-card-number", "5555555555554444") == "input-matching-failed"
    assert not entries.again("payment-card-number")  # from the beginning
    assert take(entries, "payment-card-number", CARD) == ""
    assert take(entries, "payment-card-number", CARD) == ""
    assert entries.has("payment-card-number")


def test_a_code_before_the_card_may_have_either_length() -> None:
    entries = Entries(PaymentOrder())
    assert take(entries, "security-code", "1234") == ""
    assert take(entries, "security-code", "123") == ""


def test_when_an_entry_is_whole() -> None:
    entries = Entries(PaymentOrder())
    assert entries.is_whole("payment-card-number", SecretDigits(AMEX))
    assert not entries.is_whole("payment-card-number", SecretDigits(CARD))
    assert entries.is_whole("expiration-date", SecretDigits("1231"))
    take(entries, "payment-card-number", AMEX)
    assert not entries.is_whole("security-code", SecretDigits("123"))
    entries.forget("payment-card-number")
    assert entries.card_type == ""


@pytest.mark.promise("PAY-02")
@given(st.lists(st.tuples(st.sampled_from(FIELDS), st.text("0123456789", max_size=20))))
def test_nothing_that_was_entered_is_ever_shown_whole(
    pressed: list[tuple[str, str]],
) -> None:
    """Whatever is keyed in, no number of a card or an account and no code is in what is told."""
    entries = Entries(PaymentOrder())
    secrets = []
    for field, digits in pressed:
        secret = SecretDigits(digits)
        secrets.append(secret)
        assert entries.take(field, secret, NOW) in {"", "timeout", "invalid-card-type",
                                                    *ERRORS.values()}  # fmt: skip
        shown = dict(entries.masked())
        assert shown.get("PaymentCardNumber", "x").startswith("x")
        assert set(shown.get("SecurityCode", "x")) == {"x"}
        assert "*" in shown.get("BankAccountNumber", "*")
    entries.wipe()
    assert not any(secrets)
    assert entries.masked() == ()
    assert repr(entries) == "Entries()"
