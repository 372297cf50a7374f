"""What the use cases of rights, grievances, demands and incidents answer.

Instants are epoch milliseconds. Words that somebody wrote in a case are in a view only where the
person who asks is that somebody, or whoever handles the case.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a case."""

    at: int
    action: str
    state: str
    by: str = ""
    words: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request was received: ``reference`` is the secret that leads back to it."""

    reference: str
    due: int
    letter: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How far a request is, for whoever holds its reference."""

    kind: str
    state: str
    received: int
    due: int | None
    letter: str = ""
    archive: bool = False
    """Whether an archive waits to be fetched."""
    steps: list[Step] = []


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case, for whoever handles it."""

    sid: str
    family: str
    kind: str
    state: str
    residence: str
    received: int
    due: int | None
    decided: int | None
    late: bool = False
    """Whether what is due was not done in time."""
    person: str | None = None
    """The id of the person it is about, once that is known."""
    facts: dict[str, Any] = {}
    words: dict[str, Any] = {}
    letter: str = ""
    can: list[str] = []
    steps: list[Step] = []


class LetterOwed(msgspec.Struct, frozen=True, kw_only=True):
    """A letter about a demand that somebody has to send, as no message reaches the person."""

    case: str
    person: str
    address: str
    """All that is known of where they are found; "" where they were erased."""
    since: int
    text: str


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """An archive was made: the token fetches it once."""

    case: str
    token: str
    size: int
    sha256: str
    expires: int


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes grievances of people under one law (``*``: everybody else)."""

    law: str
    name: str
    email: str
    post: str
    since: int


class Approver(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may approve a disclosure; ``secret`` is shown once."""

    sid: str
    name: str
    created: int
    removed: int | None = None
    secret: str | None = None


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of an incident."""

    key: str
    whom: str
    what: str
    due: int
    told: int | None
    waived: str
    cite: str
    source: str
    late: bool = False
    """Whether nobody was told in time, or not yet and the time is over."""


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident with its clocks; ``affected``: the people to tell, by id."""

    sid: str
    state: str
    kind: str
    aware: int
    sealed: bool
    affected: list[str]
    clocks: list[Clock]
    words: str = ""
    steps: list[Step] = []


class GrievanceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How many grievances there were, how they ended, and how many days half of them took."""

    received: int
    open: int
    redressed: int
    rejected: int
    late: int
    median_days: int | None


class GrievanceReport(msgspec.Struct, frozen=True, kw_only=True):
    """Figures on grievances, as they are published."""

    values: GrievanceFigures


class DemandFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What became of demands of authorities; ``people``: a band, e.g. ``10 to 19``."""

    received: int
    referred: int
    objected: int
    disclosed: int
    emergencies: int
    gagged: int
    told: int
    pending: int
    people: str
    countries: dict[str, int]


class TransparencyReport(msgspec.Struct, frozen=True, kw_only=True):
    """Figures on demands, as they are published."""

    values: DemandFigures


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key, in hexadecimal."""

    algorithm: str
    public: str


class SigningKey(msgspec.Struct, frozen=True, kw_only=True):
    """With what bundles and reports are verified."""

    values: PublicKey


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """The account was stopped: its incident, and the token that replaces the old one."""

    incident: str
    auth_token: str | None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Said when everything went well and there is nothing else to say."""

    done: bool = True
