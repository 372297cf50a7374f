"""Shapes of choices, rulings, holds, keys and tickets, shared by the command line and HTTP."""

from __future__ import annotations

import msgspec


class ConsentText(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is shown, or was: the hash is over version, language and text."""

    purpose: str = ""
    channel: str = ""
    locale: str
    version: str
    hash: str
    text: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One word of somebody: given, refused, withdrawn."""

    purpose: str
    channel: str
    state: str
    how: str
    by: str
    at: int
    text: str | None = None
    """The hash of what was shown; `privacy.consent.text` shows it again."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one purpose and channel now: given, refused, unknown."""

    purpose: str
    channel: str
    consent: str


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one person chose. The number itself is not repeated."""

    now: list[Standing]
    history: list[Choice]
    do_not_call: bool
    no_marketing: bool
    restricted: list[str]
    """Why their data is only stored; empty where it is not."""


class Suppressions(msgspec.Struct, frozen=True, kw_only=True):
    """How many people are on each list; the lists hold no numbers."""

    do_not_call: int
    marketing: int


class RulingParty(msgspec.Struct, frozen=True, kw_only=True):
    """One party of a ruling."""

    place: str
    standing: str
    consent: str
    restricted: bool
    duty: str


class RulingRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule behind a ruling, and where it comes from."""

    id: str
    says: str


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What was ruled on a recording, and what the same case is ruled now."""

    call: str
    at: int
    source: str
    outcome: str
    law: str
    parties: list[RulingParty]
    rules: list[RulingRule]
    edition: str
    again: str
    """The outcome when it is decided again from the stored case."""
    same: bool
    """Whether outcome, duties and rules are the same again."""
    edition_now: str
    said: list[str] = []
    """What was then said on the call and what came of it, in order."""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold on a record."""

    record: str
    reason: str
    placed: int


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An API key. ``secret`` is there once, when the key is made."""

    sid: str
    name: str
    role: str
    purposes: list[str]
    created: int
    expires: int | None = None
    revoked: int | None = None
    secret: str | None = None


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """The time box of staff. ``secret`` is there once, when the ticket is opened."""

    sid: str
    matter: str
    opened: int
    expires: int
    closed: int | None = None
    open: bool
    secret: str | None = None
