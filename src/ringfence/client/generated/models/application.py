"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec

from ringfence.client.generated.models.shared import Hook


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """URLs under one name. ``hooks``: those that are set, of ``voice``, ``voice_fallback``, ``status``, ``sms``, ``sms_fallback``, ``sms_status``, ``message_status``."""

    sid: str
    name: str
    hooks: builtins.dict[str, Hook]
    caller_name_lookup: bool = False
    public_connect: bool = False
    created: int
    changed: int
