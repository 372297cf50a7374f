"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is told of events, as JSON with ``X-Twilio-Signature`` over its digest."""

    sid: str
    url: str
    events: builtins.list[str]
    created: int
