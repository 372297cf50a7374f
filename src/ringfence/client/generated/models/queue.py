"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A call that waits in a queue, at ``position`` from 1."""

    queue: str
    call: str
    position: int
    since: int
    wait_s: int


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A queue. ``average_wait_s``: of those who were taken out of it lately."""

    sid: str
    name: str
    size: int
    max_size: int
    average_wait_s: int
    created: int
    updated: int
