"""Views of conferences and queues: see `ringfence.api.views`."""

from __future__ import annotations

import msgspec


class Conference(msgspec.Struct, frozen=True, kw_only=True):
    """A room. ``status``: init, running, ended; ``reason``: why it ended."""

    sid: str
    name: str
    status: str
    reason: str | None = None
    ended_by: str | None = None
    """The call whose leaving was its end."""
    created: int
    updated: int
    ended: int | None = None


class ConferencePage(msgspec.Struct, frozen=True, kw_only=True):
    """Rooms, newest first; ``next``: say it as ``before`` for more."""

    conferences: list[Conference]
    next: str | None = None


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is, was or will be in a room.

    ``status``: queued and ringing while it is called, connected, complete, failed.
    """

    conference: str
    call: str
    label: str | None = None
    status: str
    muted: bool = False
    held: bool = False
    coaching: str | None = None
    start_on_enter: bool = True
    end_on_exit: bool = False
    joined: int
    updated: int


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A queue. ``average_wait_s``: of those who were taken out of it lately."""

    sid: str
    name: str
    size: int
    max_size: int
    average_wait_s: int
    created: int
    updated: int


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A call that waits in a queue, at ``position`` from 1."""

    queue: str
    call: str
    position: int
    since: int
    wait_s: int
