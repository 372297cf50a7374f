"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec

from ringfence.client.generated.models.shared import Recording


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call: its record."""

    sid: str
    direction: str
    status: str
    caller: str | None = None
    called: str | None = None
    offered: int
    ringing: int | None = None
    answered: int | None = None
    ended: int | None = None
    talk_ms: int | None = None
    hung_up_by: str | None = None
    cause: str | None = None
    codec: str | None = None
    mos: float | None = None
    missed: bool | None = None
    flow: str | None = None
    number: str | None = None
    parent: str | None = None
    forwarded_from: str | None = None
    answered_by: str | None = None
    price: str | None = None
    currency: str | None = None
    legs: builtins.list[Leg] = []
    recordings: builtins.list[Recording] = []


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at: how it is, in words, and what mends it."""

    check: str
    level: str
    text: str
    mend: str | None = None
    leg: str | None = None


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One connection between Ringfence and a phone or carrier."""

    sid: str
    direction: str
    via: str
    status: str
    codec: str | None = None
    cause: str | None = None
    sip_status: int | None = None
    answered: int | None = None
    ended: int | None = None
    media: Media | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a call's timeline. ``text`` names no number and no digit."""

    at: int
    call: str
    leg: str | None = None
    name: str
    text: str
    level: str = "info"


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine counted on one leg; enough to say in words why there was no audio."""

    packets_in: int = 0
    packets_out: int = 0
    lost: int = 0
    late: int = 0
    jitter_ms: int = 0
    mos: float | None = None
    latched: bool = False
    strangers: int = 0
    remote: str = "unknown"
    advertised: str = "unknown"
    dtmf_in: int = 0


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """What a program did with the caller of a recorded call. ``fetched``: servers were asked."""

    call: str
    fetched: bool
    lines: builtins.list[SimulationLine]


class SimulationLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would have happened. ``at``: milliseconds since the call began."""

    at: int
    what: str
    text: str
