"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account of this installation."""

    sid: str
    name: str
    status: str
    created: int
    role: str | None = None
    owner: str | None = None
    token: str | None = None
    trial: bool = False


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """The account was stopped: its incident, and the token that replaces the old one."""

    incident: str
    auth_token: str | None
