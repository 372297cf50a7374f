"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import Any

import msgspec


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold on a record."""

    record: str
    reason: str
    placed: int


class MapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the map of the data."""

    kind: str
    name: str
    facts: builtins.dict[str, Any]


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One clause of the policies: kept by which code and tests, or waiting for what."""

    id: str
    section: str
    companies: builtins.list[str]
    states: str
    state: str
    control: str = ""
    tests: builtins.list[str] = []
    waits_for: str = ""
    reason: str = ""


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What was ruled on a recording, and what the same case is ruled now."""

    call: str
    at: int
    source: str
    outcome: str
    law: str
    parties: builtins.list[RulingParty]
    rules: builtins.list[RulingRule]
    edition: str
    again: str
    same: bool
    edition_now: str
    said: builtins.list[str] = []


class RulingParty(msgspec.Struct, frozen=True, kw_only=True):
    """One party of a ruling."""

    place: str
    standing: str
    consent: str
    restricted: bool
    duty: str


class RulingRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule behind a ruling, and where it comes from."""

    id: str
    says: str
