"""What use cases about policies, the map of the data and messages answer; see ``api.views``."""

from __future__ import annotations

import msgspec

MapFact = str | int | bool | list[str] | None
"""What the map says of one row, in one respect."""


class PolicyPack(msgspec.Struct, frozen=True, kw_only=True):
    """A shipped pack: how many clauses it has, how many of them are kept here."""

    name: str
    title: str
    version: str
    clauses: int
    kept: int
    findings: int
    """Faults of the policy it was made after, named by 'ringfence policy lint NAME'."""
    in_force: bool


class PolicyFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a policy; ``printed``: whether it stands in what the notice would print."""

    line: int
    code: str
    clause: str
    where: str
    words: str
    says: str
    printed: bool


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the notice. ``notice``: its JSON, the very bytes of the digest."""

    number: int
    digest: str
    pack: str
    title: str
    severity: str
    lapsed: list[str]
    published: int
    effective: int
    in_force: bool
    notice: str | None = None


class PolicyChange(msgspec.Struct, frozen=True, kw_only=True):
    """One difference of two maps, or of two texts (kind ``clause``)."""

    kind: str
    name: str
    what: str
    severity: str
    fact: str = ""
    before: MapFact = None
    after: MapFact = None


class PolicyDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What leads from one version to another, who is told, and whose consents lapse."""

    before: int
    after: int
    severity: str
    told: list[str]
    lapses: list[str]
    changes: list[PolicyChange]


class PolicyTold(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence: a version, a channel, and how far telling is."""

    number: int
    channel: str
    state: str
    acknowledged_by: str | None
    changed: int


class PolicyAcceptance(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody went on using the service under a version. No consent."""

    number: int
    actor: str
    kind: str
    digest: str
    at: int


class MapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the map of the data."""

    kind: str
    name: str
    facts: dict[str, MapFact]


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Who receives data, on what terms. ``refused``: why nothing is sent to it now."""

    key: str
    says: str
    role: str
    fields: list[str]
    purposes: list[str]
    country: str
    mechanism: str
    until: int | None
    refused: str | None


class PrimaryAdmin(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of material changes; ``retold``: how many notices go to them anew."""

    email: str | None
    retold: int = 0


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A message: its template, ground and fate; nothing of what it said or to whom."""

    id: str
    template: str
    kind: str
    channel: str
    ground: str
    evidence: str
    reason: str
    state: str
    error: str | None
    created: int
    settled: int | None


class Processing(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the record of processing (GDPR 30): everything done for one purpose.

    ``erased_after_days``: by the rule of retention; null: for ever.
    """

    controller: str
    contact: str
    purpose: str
    says: str
    basis: str
    subjects: list[str]
    categories: list[str]
    recipients: list[str]
    transfers: list[str]
    mechanisms: list[str]
    erased_after_days: dict[str, int | None]
    security: list[str]


class ErasedPlace(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure does to one place. ``rule``: of retention; not before these days."""

    kind: str
    name: str
    subject: str
    action: str
    rule: str
    not_before_days: int


class OnList(msgspec.Struct, frozen=True, kw_only=True):
    """A list somebody is on, on what ground, and what proves it."""

    list: str
    ground: str
    evidence: str


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody gets: lists with their grounds, and whether they declined."""

    lists: list[OnList]
    suppressed: bool
