"""What is paid with somewhere is there; what never was, or is no more, is not."""

from ringfence.kernel.currencies import CURRENCIES
from ringfence.payments.order import _DECIMALS


def test_codes_are_three_capitals():
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in CURRENCIES)
    assert 150 < len(CURRENCIES) < 165


def test_what_is_paid_with_and_what_is_not():
    assert {"USD", "EUR", "INR", "GBP", "JPY", "XOF", "XCG", "ZWG"} <= CURRENCIES
    # No currency, a test, gold, a fund; the kuna, the lev and the Zimbabwe dollar are gone.
    assert not {"XXX", "XTS", "XAU", "CLF", "ABC", "HRK", "BGN", "ZWL"} & CURRENCIES


def test_every_currency_whose_decimals_are_known_is_there():
    assert {code.upper() for code in _DECIMALS} <= CURRENCIES
