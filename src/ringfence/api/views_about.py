"""Shapes of what the installation says about itself: settings, promises, roles."""

from __future__ import annotations

from typing import Any

import msgspec


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting: its value as it would be written, and where that comes from."""

    name: str
    value: str
    """Of a secret only that it is set."""
    source: str
    default: str
    form: str
    doc: str


class Ban(msgspec.Struct, frozen=True, kw_only=True):
    """An address that gets no answer by SIP, because it behaved like a scanner.

    ``since``, ``until``: epoch milliseconds. It is kept in memory alone and gone with a restart.
    """

    address: str
    since: int
    until: int

    def __repr__(self) -> str:
        return "Ban()"


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One clause of the policies: kept by which code and tests, or waiting for what."""

    id: str
    section: str
    companies: list[str]
    states: str
    state: str
    """kept, planned, not_ours."""
    control: str = ""
    tests: list[str] = []
    waits_for: str = ""
    reason: str = ""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """Long work: how far it is, and what came of it."""

    sid: str
    kind: str
    """proof, backup, restore, doctor."""
    state: str
    """running, done, failed, canceled."""
    step: str
    """Of what it does: walking, searching, copying ..."""
    done: int
    total: int
    """How far this step is, in a unit of its own; 0 while that is unknown."""
    begun: int
    ended: int | None = None
    error: str | None = None
    reason: str | None = None
    result: Any = None
    """What it found, once it is done."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at: ok, warning or fault, and the command that mends it."""

    check: str
    level: str
    text: str
    mend: str | None = None


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup as a file, in the folder for backups. It holds no key."""

    name: str
    size: int
    made: int


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was verified and is put back at the next start; None where none is."""

    source: str | None = None
    made: int | None = None


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role that a link, a key or an app may have, and what it may be declared for."""

    name: str
    purposes: list[str]
