"""Tariffs: which rate is found, what so much costs, what people may write."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.billing.tariffs import (
    Book,
    Rate,
    Tariff,
    currency_of,
    micros_of,
    rate_of,
    rates_of,
    written,
)
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.money import MICRO


def tariff(*rates: Rate, account: str | None = None, since: int = 0, name: str = "TF1") -> Tariff:
    return Tariff(id=name, account=account, currency="USD", since=Ms(since), rates=rates)


def out(to: str, price: str) -> Rate:
    return rate_of(service="calls-outbound", to=to, price=price)


PLACES = tariff(
    out("", "9"), out("+1", "1"), out("US", "2"), out("CA", "3"), out("+1202", "4"),
    out("+44", "5"), out("+447700", "6"), out("sip", "0.001"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "price"),
    [
        ("+12025550123", "4"),  # the longest prefix
        ("+12125550123", "2"),  # a country before the prefix of its own code
        ("+14165550123", "3"),
        ("+18765550123", "1"),  # of the plan, of no country that has a rate
        ("+447700900123", "6"),
        ("+442079460001", "5"),
        ("+33199001234", "9"),  # everywhere else
        ("911", "9"),  # a short code is somewhere
        ("", "9"),
        ("sip:desk@pbx.example.com", "0.001"),
        ("sips:desk@pbx.example.com", "0.001"),
    ],
)
def test_the_nearest_rate_is_found(address: str, price: str) -> None:
    found = PLACES.find("calls-outbound", address)
    assert found is not None
    assert written(found.micros) == written(micros_of(price))


def test_what_has_no_rate_costs_nothing() -> None:
    assert PLACES.find("sms-outbound", "+12025550123") is None
    assert tariff(out("+44", "5")).find("calls-outbound", "+12025550123") is None
    assert tariff(out("", "5")).find("calls-outbound", "sip:desk@example.com") is None
    assert tariff(out("GB", "5")).find("calls-outbound", "+447700900123") == out("GB", "5")


@pytest.mark.parametrize(
    ("increment", "seconds", "paid"),
    [
        ("60/60", 1, 60), ("60/60", 60, 60), ("60/60", 61, 120), ("6/6", 1, 6), ("6/6", 13, 18),
        ("30/6", 7, 30), ("30/6", 31, 36), ("1/1", 59, 59),
    ],
)  # fmt: skip
def test_increments(increment: str, seconds: int, paid: int) -> None:
    rate = rate_of(service="calls-outbound", price="0.6", increment=increment)
    assert rate.paid(seconds) == paid
    assert rate.price(seconds=seconds) == 600_000 * paid // 60


def test_other_units() -> None:
    each = rate_of(service="calls-inbound", price="0.01", per="each")
    assert each.price(seconds=4_000) == 10_000
    text = rate_of(service="sms-outbound", price="0.0075")
    assert text.price(segments=3) == 22_500
    assert rate_of(service="phonenumbers", price="1.15", to="GB").price() == 1_150_000


@given(st.integers(0, 10**9), st.integers(1, 3600), st.integers(1, 3600), st.integers(0, 86_400))
def test_nobody_pays_less_than_was_used_nor_an_increment_more(
    micros: int, first: int, step: int, seconds: int
) -> None:
    """Paid seconds cover those used, by less than one increment; the price is theirs, rounded."""
    rate = Rate(service="calls-outbound", micros=micros, first_s=first, step_s=step)
    paid = rate.paid(seconds)
    assert paid >= seconds
    assert paid - seconds < max(first, step) or paid == first
    exact = Decimal(micros) * paid / 60
    assert abs(rate.price(seconds=seconds) - exact) <= Decimal("0.5")


@given(st.integers(-(10**15), 10**15))
def test_an_amount_survives_being_written(micros: int) -> None:
    """What is written is read back as what it was."""
    assert micros_of(written(micros), negative=True) == micros


def test_amounts_are_written_with_two_decimals_at_least() -> None:
    assert [written(n) for n in (0, 1, 12_500_000, -1_500_000, MICRO // 100)] == [
        "0.00", "0.000001", "12.50", "-1.50", "0.01",
    ]  # fmt: skip


def test_versions_follow_each_other_and_an_own_tariff_comes_first() -> None:
    first, second = tariff(since=10, name="TF1"), tariff(since=20, name="TF2")
    own = tariff(account="AC1", since=15, name="TF3")
    book = Book([first, second, own])
    assert book.at("AC1", Ms(9)) is None
    assert book.at("AC1", Ms(14)) is first
    assert book.at("AC1", Ms(25)) is own
    assert book.at("AC2", Ms(19)) is first
    assert book.at("AC2", Ms(20)) is second
    assert book.own("AC1") is own
    assert book.own(None) is second
    assert book.own("AC2") is None
    assert (book.currency, Book().currency) == ("USD", None)


@pytest.mark.parametrize(
    "words",
    [
        {"service": "fax"},
        {"per": "segment"},
        {"to": "44"},
        {"to": "gb"},
        {"service": "recordings", "to": "+44"},
        {"service": "sms-outbound", "to": "sip"},
        {"increment": "60"},
        {"increment": "0/6"},
        {"increment": "6/9999"},
        {"per": "each", "increment": "6/6"},
    ],
)
def test_rates_that_are_none(words: dict[str, str]) -> None:
    with pytest.raises(Refused, match="bad_rate"):
        rate_of(**({"service": "calls-outbound", "price": "1"} | words))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "price", ["", "much", "-1", "0.0000001", "NaN", "Infinity", "1e99", "1e3", "1_0"]
)
def test_prices_that_are_none(price: str) -> None:
    with pytest.raises(Refused, match="bad_amount"):
        out("", price)


def test_no_two_rates_are_for_the_same() -> None:
    with pytest.raises(Refused, match="bad_rate"):
        rates_of([out("+44", "1"), out("+44", "2")])


@pytest.mark.parametrize("text", ["dollars", "", "XXX", "ABC", "XAU", "us"])
def test_a_currency_that_nobody_pays_with_is_refused(text: str) -> None:
    assert currency_of(" usd ") == "USD"
    with pytest.raises(Refused, match="bad_currency"):
        currency_of(text)
