"""Shapes of what the installation says about itself: settings, promises, roles."""

from __future__ import annotations

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


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role that a link, a key or an app may have, and what it may be declared for."""

    name: str
    purposes: list[str]
