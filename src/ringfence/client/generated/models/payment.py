"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment made on a call. ``state``: open, asked, approved, declined, unknown, dropped. ``unknown``: the processor was asked and did not answer; ask it about the SID. ``last``: the last digits of the card or account; with ``confirmation``, ``token``, ``error`` shown for one payment alone."""

    sid: str
    call: str
    connector: str
    state: str
    result: str | None = None
    code: str | None = None
    why: str | None = None
    source: str
    method: str
    amount: str | None = None
    currency: str
    last: str | None = None
    card_type: str | None = None
    confirmation: str | None = None
    token: str | None = None
    error: str | None = None
    opened: int
    asked: int | None = None
    ended: int | None = None


class PaymentSession(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that an agent leads a caller through."""

    sid: str
    call: str
    created: int
    updated: int
