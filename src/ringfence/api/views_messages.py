"""What the use cases of text messages answer. Instants are epoch milliseconds.

What a message says, and from and to whom, was opened for the person who asked.
"""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One text message."""

    sid: str
    direction: str
    """inbound; or api, call, reply: who asked for it."""
    status: str
    """A state of ``ringfence.messaging.message``."""
    about: str
    """service or marketing."""
    to: str | None = None
    sender: str | None = None
    withheld: str | None = None
    """Why the person is not named: erased, restricted, or another word of a refusal."""
    body: str | None = None
    """None: destroyed, or of somebody who is withheld."""
    segments: int
    media: int
    created: int
    changed: int
    sent: int | None = None
    due: int | None = None
    expires: int | None = None
    attempts: int
    carrier: str | None = None
    campaign: str | None = None
    template: str | None = None
    cause: str | None = None
    error: int | None = None
    """The number under which clients know the cause."""
    outcome: str | None = None
    unread: bool = False
    """It came in, and nobody has read it who should."""
    price: str | None = None
    """What it cost; null while that is not known, and where nothing costs."""
    currency: str | None = None


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages, newest first; ``next`` is the ``before`` of the page after this one."""

    messages: list[Message]
    next: str | None = None


class InboxNumber(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages to a number of ours nobody has read; ``number`` None: it is gone."""

    number: str | None
    unread: int


class InboxCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages nobody has read."""

    unread: int
    numbers: list[InboxNumber]


class MessageFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a message."""

    at: int
    name: str
    facts: dict[str, str | int | bool | None]
    """What is known of it: ``carrier``, ``parts``, ``attempt``, ``why``, ``cause``, ..."""


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A message and what happened to it, in order."""

    message: Message
    facts: list[MessageFact]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or the like of a message, by link; ``url`` None: of an erased person."""

    sid: str
    message: str
    created: int
    media_type: str
    """``application/octet-stream`` until it was fetched."""
    size: int | None = None
    url: str | None


class PictureBytes(msgspec.Struct, frozen=True, kw_only=True):
    """A picture itself."""

    media_type: str
    body: bytes

    def __repr__(self) -> str:
        return f"PictureBytes({self.media_type}, {len(self.body)} bytes)"


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


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A pool of senders; ``registration``: its id at the campaign registry, or empty."""

    sid: str
    name: str
    registration: str
    senders: list[str]
    created: int
