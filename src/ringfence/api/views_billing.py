"""Shapes of what things cost and of what is left. Amounts are decimals in text: never floats."""

from __future__ import annotations

import msgspec


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit of a service costs, to or at a place."""

    service: str
    to: str
    """A prefix (+44), a country (GB), sip, or nothing: everywhere."""
    price: str
    per: str
    """minute, segment, each, month."""
    increment: str | None = None
    """Of what is charged by the minute: seconds at first, and then every so many."""


class Tariff(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a tariff: never changed, and in force until another one begins."""

    sid: str
    account: str | None
    """Whose own it is; null: of every account that has none."""
    currency: str
    since: int
    rates: list[Rate]


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to an account. Without a tariff nothing costs, and currency is null."""

    account: str
    payer: str
    """Who pays: the account itself, or the installation's for an account below it."""
    trial: bool
    currency: str | None
    amount: str | None
    limit: str | None
    """How far below nothing it may go before nothing that costs is placed any more."""
    credit: bool
    """Whether calls and messages that cost are placed at present."""


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """What moved a balance, beside what was used."""

    sid: str
    kind: str
    """credit, adjustment, fee (a month of a number)."""
    at: int
    currency: str
    amount: str
    """Less than nothing: taken away."""
    reason: str | None = None
