"""Tariffs from files: TOML and CSV say the same; what is wrong is named by its line."""

from __future__ import annotations

import pytest

from ringfence.billing.files import read
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import TARIFF_FILE_CHARS_MAX

TOML = """
currency = "usd"
[[rate]]
service = "calls-outbound"
to = "+44"
price = 0.014
increment = "6/6"
[[rate]]
service = "sms-outbound"
price = "0.0075"
"""
CSV = """service,to,price,per,increment
calls-outbound,+44,0.014,minute,6/6
sms-outbound,,0.0075,,
"""


def test_both_say_the_same_and_no_price_is_a_float() -> None:
    currency, rates = read(TOML)
    assert currency == "USD"
    assert read(CSV, currency="USD") == ("USD", rates)
    assert read("\ufeff" + CSV) == (None, rates)
    assert [(rate.service, rate.micros, rate.first_s) for rate in rates] == [
        ("calls-outbound", 14_000, 6), ("sms-outbound", 7_500, 60),
    ]  # fmt: skip


def test_what_is_said_beside_the_file_counts() -> None:
    assert read(TOML, currency="EUR")[0] == "EUR"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("service,to,cost\n", "columns"),
        ("service,to\ncalls-outbound,+44\n", "columns"),
        ("service,price\ncalls-outbound,much\n", "line 2"),
        ("service,price\nfax,1\n", "line 2"),
        ("service,price\ncalls-outbound,1,2\n", "line 2"),
        ("= no file", "neither"),
        ("[[rate]]\nservice = 'fax'\nprice = '1'\n", "rate 1"),
        ("[[rate]]\nprice = '1'\n", "rate 1"),
        ("rate = 5\n", "tables"),
        ("prices = 5\n", "currency and rates"),
        ("x" * (TARIFF_FILE_CHARS_MAX + 1), "too long"),
    ],
)
def test_what_is_no_tariff(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(text)


def test_an_empty_file_ends_what_is_charged() -> None:
    assert read("") == (None, ())
