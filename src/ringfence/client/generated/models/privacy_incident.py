"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec

from ringfence.client.generated.models.shared import Step


class CaseIncident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident with its clocks; ``affected``: the people to tell, by id."""

    sid: str
    state: str
    kind: str
    aware: int
    sealed: bool
    affected: builtins.list[str]
    clocks: builtins.list[Clock]
    words: str = ""
    steps: builtins.list[Step] = []


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of an incident."""

    key: str
    whom: str
    what: str
    due: int
    told: int | None
    waived: str
    cite: str
    source: str
    late: bool = False
