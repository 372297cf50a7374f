"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import Literal

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


class Processor(msgspec.Struct, frozen=True, kw_only=True):
    """How a processor of payments is asked that does not speak the generic contract. ``parameters``: below which name the account's own parameters lie. ``success``: searched in the answer, empty: 2xx without an error is enough. ``confirmation``, ``token``, ``profile``, ``error_code``, ``error_message``: paths in the answer; several, separated by spaces, are tried in turn. ``idempotent``: it knows a payment by its id."""

    url: str | None = None
    method: Literal["GET", "POST"] | None = None
    body: Literal["form", "json", "query"] | None = None
    headers: builtins.dict[str, str] | None = None
    fields: builtins.dict[str, str] | None = None
    parameters: str | None = None
    success: str | None = None
    confirmation: str | None = None
    token: str | None = None
    profile: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    idempotent: bool | None = None
    secret: str | None = None
