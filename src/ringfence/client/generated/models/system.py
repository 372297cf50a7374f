"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec

from ringfence.client.generated.models.shared import Trunk


class AboutFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at: ok, warning or fault, and the command that mends it."""

    check: str
    level: str
    text: str
    mend: str | None = None


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """One media worker."""

    shard: int
    connected: bool
    engine: str | None = None
    pid: int | None = None
    legs: int = 0
    restarts: int = 0
    hung: int = 0


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What a stranger may know."""

    state: str


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """Values of the metrics declared in ``ringfence.observe.metrics``, by name and label."""

    values: builtins.dict[str, float | builtins.dict[str, float]]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the running installation is."""

    version: str
    started: int
    draining: bool
    http: str
    listens: str
    sip: str
    rtp: str
    advertise: str
    transports: builtins.list[str]
    calls_now: int
    calls_today: int
    registrations: int
    numbers: int
    jobs_waiting: int
    jobs_dead: int
    clock_skew_ms: int
    clock_behind_ms: int = 0
    clock_ahead_ms: int = 0
    audit_faults: int = 0
    disk_free: int
    recording_refused: bool
    codecs: builtins.list[str]
    engines: builtins.list[Engine]
    trunks: builtins.list[Trunk]
    domain: str = ""
