"""Tariffs as files: TOML, and the lists of prices (CSV) that carriers send.

::

    currency = "USD"                          service,to,price,per,increment
    [[rate]]                                  calls-outbound,+44,0.014,minute,60/60
    service = "calls-outbound"                calls-outbound,IN,0.035,minute,6/6
    to = "+44"                                sms-outbound,,0.0075,segment,
    price = "0.014"
    increment = "60/60"

A price is read as a decimal, never as a float.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ringfence.billing.tariffs import Rate, currency_of, rate_of, rates_of
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import TARIFF_FILE_CHARS_MAX

_FIELDS = ("service", "to", "price", "per", "increment")


def read(text: str, *, currency: str | None = None) -> tuple[str | None, tuple[Rate, ...]]:
    """Return the currency, where it is said, and the rates of a file.

    Raises `Refused` (``bad_tariff`` and those of `rate_of`), naming the line.
    """
    if len(text) > TARIFF_FILE_CHARS_MAX:
        raise Refused("bad_tariff", "the file is too long for a tariff")
    said = None if currency is None else currency_of(currency)
    first = next((line for line in text.splitlines() if line.strip()), "").replace(" ", "")
    if first.lstrip("\ufeff").startswith("service,"):
        return said, rates_of(_of_csv(text.lstrip("\ufeff")))
    return _of_toml(text, said)


def _of_csv(text: str) -> list[Rate]:
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    unknown = set(rows.fieldnames or ()) - set(_FIELDS)
    if unknown or not {"service", "price"} <= set(rows.fieldnames or ()):
        raise Refused("bad_tariff", f"the columns are: {', '.join(_FIELDS)}")
    return [_rate(row, f"line {rows.line_num}") for row in rows]


def _of_toml(text: str, said: str | None) -> tuple[str | None, tuple[Rate, ...]]:
    try:
        found = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError:
        raise Refused("bad_tariff", "the file is neither TOML nor a CSV with a head") from None
    if found.keys() - {"currency", "rate"}:
        raise Refused("bad_tariff", "a tariff has a currency and rates")
    if said is None and "currency" in found:
        said = currency_of(str(found["currency"]))
    rates = found.get("rate", [])
    if not isinstance(rates, list) or not all(isinstance(one, dict) for one in rates):
        raise Refused("bad_tariff", "rates are tables: [[rate]]")
    return said, rates_of([_rate(one, f"rate {at}") for at, one in enumerate(rates, 1)])


def _rate(row: Mapping[str, Any], where: str) -> Rate:
    given = {name: value for name, value in row.items() if value not in (None, "")}
    if set(given) - set(_FIELDS) or not {"service", "price"} <= given.keys():
        raise Refused("bad_rate", f"{where}: a rate has: {', '.join(_FIELDS)}")
    try:
        price = given.pop("price")
        amount = price if isinstance(price, Decimal | int) else str(price).strip()
        words = {name: str(value).strip() for name, value in given.items()}
        return rate_of(price=amount, **words)
    except Refused as refused:
        raise Refused(refused.code, f"{where}: {refused.reason}") from None
