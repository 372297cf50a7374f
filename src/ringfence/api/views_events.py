"""Shapes of the event stream."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. ``text`` names no number and no digit.

    ``type``: the name of the fact, e.g. ``CallAnswered``; ``heartbeat`` where nothing happened
    for a while; ``behind`` where the reader was too slow and has to come back with ``id``.
    """

    id: int
    """Goes up; what was seen last is sent back to go on from there."""
    type: str
    at: int
    call: str | None = None
    leg: str | None = None
    message: str | None = None
    """The text message it happened to."""
    text: str = ""
    level: str = "info"
    data: dict[str, bool | int | str | None] = {}
    """The facts themselves that are about the call or the message and about nobody."""


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events, oldest first; ``next``: go on after it."""

    events: list[Event]
    next: str | None = None
