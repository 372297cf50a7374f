"""Shapes of apps, their grants and tokens, events and repeated requests."""

from __future__ import annotations

import msgspec


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered to a request before; ``status`` None: it is to be carried out now."""

    status: int | None = None
    body: bytes | None = None


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An app of others. ``sid`` is its client id; ``secret`` is there once, when it is made."""

    sid: str
    name: str
    redirects: list[str]
    scopes: list[str]
    purposes: list[str]
    role: str
    """In which it acts for itself (client credentials)."""
    created: int
    revoked: int | None = None
    secret: str | None = None


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody in a role allowed an app."""

    sid: str
    app: str
    role: str
    scopes: list[str]
    created: int


class ScopeSaid(msgspec.Struct, frozen=True, kw_only=True):
    """A scope or a purpose, and what it means in words."""

    key: str
    says: str


class AppAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What an app asks for, checked: what whoever consents is shown."""

    app: str
    name: str
    redirect: str
    scopes: list[ScopeSaid]
    purposes: list[ScopeSaid]


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """An authorization code: works once, within a minute."""

    code: str


class Tokens(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer of the token endpoint (RFC 6749 5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    refresh_token: str | None = None


class Introspection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a token is (RFC 7662 2.2); ``active`` false says nothing more."""

    active: bool
    scope: str | None = None
    client_id: str | None = None
    token_type: str | None = None
    exp: int | None = None
    iat: int | None = None
