"""What is shown of payments and of the processors they go through."""

from __future__ import annotations

import msgspec

from ringfence.kernel.clock import Ms


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment made on a call. ``state``: open, asked, approved, declined, unknown, dropped.

    ``unknown``: the processor was asked and did not answer; ask it about the SID. ``last``: the
    last digits of the card or account; with ``confirmation``, ``token``, ``error`` shown for one
    payment alone.
    """

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
    opened: Ms
    asked: Ms | None = None
    ended: Ms | None = None


class PaymentConnector(msgspec.Struct, frozen=True, kw_only=True):
    """A processor. ``kind``: http, or sandbox, which moves no money."""

    sid: str
    name: str
    kind: str
    address: str
    idempotent: bool = False
    created: Ms | None = None


class PaymentTried(msgspec.Struct, frozen=True, kw_only=True):
    """What a processor answered to a tokenisation of a card that no bank issued."""

    name: str
    standing: str
    code: str | None = None
    why: str | None = None
    error: str | None = None


class PaymentSession(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that an agent leads a caller through."""

    sid: str
    call: str
    created: Ms
    updated: Ms
