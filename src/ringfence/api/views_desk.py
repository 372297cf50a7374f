"""Views of what an account sets up in small documents, and of its number stock and use."""

from __future__ import annotations

import msgspec


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A URL that is asked or told something, and how."""

    url: str
    method: str


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """URLs under one name.

    ``hooks``: those that are set, of ``voice``, ``voice_fallback``, ``status``, ``sms``,
    ``sms_fallback``, ``sms_status``, ``message_status``.
    """

    sid: str
    name: str
    hooks: dict[str, Hook]
    caller_name_lookup: bool = False
    public_connect: bool = False
    created: int
    changed: int
