from decimal import Decimal

import pytest

from ringfence.kernel.money import Money


def test_amounts_are_exact() -> None:
    total = sum((Money.parse("0.1", "USD") for _ in range(2)), Money.parse("0.1", "USD"))
    assert total == Money.parse("0.3", "USD")
    assert Money.parse("0.0075", "USD").times(3).rounded() == Decimal("0.02")
    assert Money.parse("0.005", "USD").rounded() == Decimal("0.01")


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="currencies"):
        _ = Money(1, "USD") + Money(1, "EUR")


def test_seven_decimals_are_refused() -> None:
    with pytest.raises(ValueError, match="six"):
        Money.parse("0.0000001", "USD")
