"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to an account. Without a tariff nothing costs, and currency is null."""

    account: str
    payer: str
    trial: bool
    currency: str | None
    amount: str | None
    limit: str | None
    credit: bool


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """What moved a balance, beside what was used."""

    sid: str
    kind: str
    at: int
    currency: str
    amount: str
    reason: str | None = None
