"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec

from ringfence.client.generated.models.shared import Message


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A pool of senders; ``registration``: its id at the campaign registry, or empty."""

    sid: str
    name: str
    registration: str
    senders: builtins.list[str]
    created: int


class MessageFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a message."""

    at: int
    name: str
    facts: builtins.dict[str, str | int | bool | None]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or the like of a message, by link; ``url`` None: of an erased person."""

    sid: str
    message: str
    created: int
    media_type: str
    size: int | None = None
    url: str | None


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A message and what happened to it, in order."""

    message: Message
    facts: builtins.list[MessageFact]


class TextTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A registered text."""

    sid: str
    name: str
    country: str
    entity: str
    registration: str
    header: str
    use: str
    text: str
    created: int
