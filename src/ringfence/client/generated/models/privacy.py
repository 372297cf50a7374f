"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class DemandFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What became of demands of authorities; ``people``: a band, e.g. ``10 to 19``."""

    received: int
    referred: int
    objected: int
    disclosed: int
    emergencies: int
    gagged: int
    told: int
    pending: int
    people: str
    countries: builtins.dict[str, int]


class ErasedPlace(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure does to one place. ``rule``: of retention; not before these days."""

    kind: str
    name: str
    subject: str
    action: str
    rule: str
    not_before_days: int


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold on a record."""

    record: str
    reason: str
    placed: int


class MapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the map of the data."""

    kind: str
    name: str
    facts: builtins.dict[str, str | int | bool | builtins.list[str] | None]


class Processing(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the record of processing (GDPR 30): everything done for one purpose. ``erased_after_days``: by the rule of retention; null: for ever."""

    controller: str
    contact: str
    purpose: str
    says: str
    basis: str
    subjects: builtins.list[str]
    categories: builtins.list[str]
    recipients: builtins.list[str]
    transfers: builtins.list[str]
    mechanisms: builtins.list[str]
    erased_after_days: builtins.dict[str, int | None]
    security: builtins.list[str]


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


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key, in hexadecimal."""

    algorithm: str
    public: str


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


class SigningKey(msgspec.Struct, frozen=True, kw_only=True):
    """With what bundles and reports are verified."""

    values: PublicKey


class TransparencyReport(msgspec.Struct, frozen=True, kw_only=True):
    """Figures on demands, as they are published."""

    values: DemandFigures
