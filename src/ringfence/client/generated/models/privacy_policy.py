"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class PolicyAcceptance(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody went on using the service under a version. No consent."""

    number: int
    actor: str
    kind: str
    digest: str
    at: int


class PolicyChange(msgspec.Struct, frozen=True, kw_only=True):
    """One difference of two maps, or of two texts (kind ``clause``)."""

    kind: str
    name: str
    what: str
    severity: str
    fact: str = ""
    before: str | int | bool | builtins.list[str] | None = None
    after: str | int | bool | builtins.list[str] | None = None


class PolicyDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What leads from one version to another, who is told, and whose consents lapse."""

    before: int
    after: int
    severity: str
    told: builtins.list[str]
    lapses: builtins.list[str]
    changes: builtins.list[PolicyChange]


class PolicyFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a policy; ``printed``: whether it stands in what the notice would print."""

    line: int
    code: str
    clause: str
    where: str
    words: str
    says: str
    printed: bool


class PolicyPack(msgspec.Struct, frozen=True, kw_only=True):
    """A shipped pack: how many clauses it has, how many of them are kept here."""

    name: str
    title: str
    version: str
    clauses: int
    kept: int
    findings: int
    in_force: bool


class PolicyTold(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence: a version, a channel, and how far telling is."""

    number: int
    channel: str
    state: str
    acknowledged_by: str | None
    changed: int


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the notice. ``notice``: its JSON, the very bytes of the digest."""

    number: int
    digest: str
    pack: str
    title: str
    severity: str
    lapsed: builtins.list[str]
    published: int
    effective: int
    in_force: bool
    notice: str | None = None
