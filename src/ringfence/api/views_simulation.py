"""What a simulation answers."""

from __future__ import annotations

import msgspec


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would have happened. ``at``: milliseconds since the call began."""

    at: int
    what: str
    """asks, gets, answers, plays, collects, key, collected, would dial, would tell, over, ..."""
    text: str


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """What a program did with the caller of a recorded call. ``fetched``: servers were asked."""

    call: str
    fetched: bool
    lines: list[Line]
