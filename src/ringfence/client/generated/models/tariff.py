"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit of a service costs, to or at a place."""

    service: str
    to: str
    price: str
    per: str
    increment: str | None = None


class Tariff(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a tariff: never changed, and in force until another one begins."""

    sid: str
    account: str | None
    currency: str
    since: int
    rates: builtins.list[Rate]
