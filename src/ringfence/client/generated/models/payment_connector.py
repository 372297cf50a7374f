"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class PaymentConnector(msgspec.Struct, frozen=True, kw_only=True):
    """A processor. ``kind``: http, or sandbox, which moves no money."""

    sid: str
    name: str
    kind: str
    address: str
    idempotent: bool = False
    created: int | None = None


class PaymentTried(msgspec.Struct, frozen=True, kw_only=True):
    """What a processor answered to a tokenisation of a card that no bank issued."""

    name: str
    standing: str
    code: str | None = None
    why: str | None = None
    error: str | None = None
