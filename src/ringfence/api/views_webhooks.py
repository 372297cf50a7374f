"""Shapes of webhooks."""

from __future__ import annotations

import msgspec


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is told of events, as JSON with ``X-Twilio-Signature`` over its digest."""

    sid: str
    url: str
    events: list[str]
    """Names such as message.received."""
    created: int
