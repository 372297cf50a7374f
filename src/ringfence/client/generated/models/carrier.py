"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class TextCarrier(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier and how it is at the moment. ``kind``: smpp, http, loopback. ``senders``: our numbers and words that go by it alone; none: all the others. ``state``: stopped, connecting, ready, waiting, refused; ``offline`` where no server runs. ``webhook``: path to give to a gateway, shown when it is added and not again."""

    sid: str
    name: str
    kind: str
    address: str
    senders: builtins.list[str]
    state: str
    detail: str | None = None
    since: int | None = None
    waiting: int = 0
    unanswered: int = 0
    webhook: str | None = None
    created: int
