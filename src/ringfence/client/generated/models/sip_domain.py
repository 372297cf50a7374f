"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec

from ringfence.client.generated.models.shared import Hook


class SipDomain(msgspec.Struct, frozen=True, kw_only=True):
    """A name under which calls by SIP are taken. ``hooks``: those set, of ``voice``, ``voice_fallback``, ``status``. ``credentials``, ``registrations``, ``addresses``: SIDs of the lists that count for it."""

    sid: str
    domain: str
    name: str
    hooks: builtins.dict[str, Hook]
    registration: bool
    secure: bool = False
    emergency: bool = False
    emergency_caller: str | None = None
    carrier: str | None = None
    credentials: builtins.list[str]
    registrations: builtins.list[str]
    addresses: builtins.list[str]
    created: int
    changed: int
