"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec

from ringfence.client.generated.models.shared import Delivery


class AppLogging(msgspec.Struct, frozen=True, kw_only=True):
    """A number or a flow, and whether what its calls' exchanges say is kept."""

    app: str
    name: str
    on: bool


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange with a server of the account's, or what was wrong with a document of its."""

    sid: str
    call: str | None
    kind: str
    at: int
    elapsed_ms: int
    method: str
    status: int
    failure: str | None = None
    code: int | None = None
    level: str | None = None
    subject: str | None = None
    event: str | None = None
    number: str | None = None
    flow: str | None = None
    delivery: str | None = None
    attempt: int = 1
    source: str | None = None
    request_size: int
    response_size: int
    kept: bool
    url: str | None = None
    params: builtins.list[builtins.tuple[str, str]] | None = None
    sent: str | None = None
    headers: builtins.list[builtins.tuple[str, str]] | None = None
    content_type: str | None = None
    body: str | None = None
    cut: bool | None = None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent again. ``left_out``: SIDs that cannot be, with the reason."""

    deliveries: builtins.list[Delivery]
    left_out: builtins.dict[str, str]
