"""Processors as they are set up."""

from ringfence.accounts.payments import PaymentConnector


def test_without_an_address_it_is_the_sandbox() -> None:
    assert PaymentConnector(name="a").kind == "sandbox"
    assert PaymentConnector(name="a", url="https://pay.example.com").kind == "http"


def test_it_shows_no_secret_and_no_address() -> None:
    text = repr(PaymentConnector(name="a", url="https://pay.example.com", secret="sk_1"))
    assert "sk_1" not in text
    assert "pay.example.com" not in text


def test_nobody_is_asked_twice_unless_somebody_said_so() -> None:
    assert not PaymentConnector(name="a", url="https://pay.example.com").idempotent
