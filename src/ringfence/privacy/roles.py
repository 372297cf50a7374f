"""In which role somebody acts, and who they are: what an edge found out about a request.

    the edge says      is                                        role
    -------------      ---------------------------------------   -------------------------------
    operator           whoever may open the data folder          owner
    api                whoever knows the account's auth token    owner
    admin, admin:R     a browser session begun by a link         owner, or the role R of the link
    key:SK...          an API key                                its role, its purposes only
    app:OG...          an app, by what an admin granted      the granting role, its scopes only
    app:OG.../T/U/S    likewise, by one token (`Token`)       likewise, the token's scopes only
    staff:TT...        people of whoever hosts the exchange      staff, while the ticket is open
    account:AC...      an account below, by its own token        owner, of that account
    public             somebody who has not said who they are    visitor

Roles are handed out by the owner, one for each link and key; what a role may do is the table of
``privacy.gate``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, Refused

Role = Literal[
    "system",  # the exchange itself, carrying out what a call or a job asks for
    "caller",  # the person concerned, identified
    "visitor",  # somebody who has not said who they are
    "owner",
    "admin",
    "manager",
    "agent",
    "privacy_officer",
    "auditor",
    "developer",
    "staff",  # people of whoever hosts the exchange; never without a ticket
]

SYSTEM: Final = "system"
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_BY_WORD: Final[dict[str, Role]] = {role: role for role in ROLES}
GRANTED: Final[tuple[Role, ...]] = (
    "owner", "admin", "manager", "agent", "privacy_officer", "auditor", "developer",
)  # fmt: skip
"""Roles that a link or a key may have."""

Entrance = Literal["operator", "admin", "api", "public"]
"""By which door somebody came; use cases list the doors they are open at."""

KEY: Final = "key:"
APP: Final = "app:"
STAFF: Final = "staff:"
SESSION: Final = "admin:"
ACCOUNT: Final = "account:"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. ``purposes``: those alone, None for every purpose the role has."""

    actor: str
    entrance: Entrance
    role: Role
    purposes: frozenset[str] | None = None
    scopes: frozenset[str] | None = None
    """Of an app: what it may ask for (``privacy.scopes``); None for everybody else."""
    account: str = ""
    """The account below the installation's whose they are; "": the installation's own."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """What a key lets in. ``expires_at``, ``revoked_at``: from then on it lets nobody in."""

    id: str
    role: Role
    purposes: frozenset[str]
    expires_at: Ms | None = None
    revoked_at: Ms | None = None
    account: str = ""
    """As of an `Identity`."""


@dataclass(frozen=True, slots=True)
class AppHolder:
    """An app of others: what it asks for and why. ``role``: in which it acts for itself."""

    id: str
    role: Role
    scopes: frozenset[str]
    purposes: frozenset[str]
    revoked_at: Ms | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody in ``role`` allowed an app; ``ended_at``: from then on it allows nothing."""

    id: str
    app: str
    role: Role
    scopes: frozenset[str]
    created_at: Ms
    ended_at: Ms | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An access token: of which grant, until when, for which of its scopes. ``ref``: no secret."""

    grant: str
    ref: str
    expires_at: Ms
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """The word an edge says about a request that shows it."""
        return f"{APP}{self.grant}/{self.ref}/{self.expires_at}/{' '.join(sorted(self.scopes))}"

    @classmethod
    def read(cls, actor: str) -> Token | None:
        """Read such a word again; None for another one."""
        grant, *rest = actor.removeprefix(APP).split("/")
        if not actor.startswith(APP) or len(rest) != 3 or not rest[1].isdecimal():
            return None
        return cls(grant, rest[0], Ms(int(rest[1])), frozenset(rest[2].split()))


def caller(actor: str) -> str:
    """Return whom a word of an edge is about, whichever of their tokens they show."""
    return actor.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Ticket:
    """The time box of staff: from ``opened_at`` until ``expires_at`` or ``closed_at``."""

    id: str
    opened_at: Ms
    expires_at: Ms
    closed_at: Ms | None = None


_PLAIN: Final = {
    who.actor: who
    for who in (
        Identity("operator", "operator", "owner"),
        Identity("api", "api", "owner"),
        Identity("admin", "admin", "owner"),
        Identity("public", "public", "visitor"),
    )
}


def plain(actor: str) -> Identity | None:
    """Return who a word of an edge is, None where it is not a word of this table."""
    known = _PLAIN.get(actor)
    if known is not None:
        return known
    if actor.startswith(ACCOUNT):
        return Identity(actor, "api", "owner", account=actor.removeprefix(ACCOUNT))
    role = actor.removeprefix(SESSION)
    if role != actor and role in GRANTED:
        return Identity(actor, "admin", role)
    return None


def of_key(key: KeyHolder, now: Ms) -> Identity:
    """Return who holds a key. Raises `Refused` (``key_expired``) where it lets nobody in."""
    over = (key.revoked_at is not None and now >= key.revoked_at) or (
        key.expires_at is not None and now >= key.expires_at
    )
    if over:
        raise Refused("key_expired", "this key was revoked or is out of date", clause="TEL-11")
    return Identity(KEY + key.id, "api", key.role, key.purposes, account=key.account)


def of_app(app: AppHolder, grant: Grant, now: Ms, token: Token | None = None) -> Identity:
    """Return who acts by a grant, and by which token of it.

    Raises `Refused` (``token_expired``) where it has ended.
    """
    ended = (app.revoked_at, grant.ended_at, None if token is None else token.expires_at)
    if any(at is not None and now >= at for at in ended):
        raise Refused("token_expired", "this app's access was ended", clause="TEL-11")
    scopes = grant.scopes & app.scopes
    if token is not None:
        scopes &= token.scopes
    return Identity(APP + grant.id, "api", grant.role, app.purposes, scopes)


def of_ticket(ticket: Ticket, now: Ms) -> Identity:
    """Return the staff of a ticket. Raises `Refused` (``ticket_expired``) outside its time box."""
    closed = ticket.closed_at is not None and now >= ticket.closed_at
    if closed or not ticket.opened_at <= now < ticket.expires_at:
        raise Refused("ticket_expired", "ask the owner to open a ticket", clause="PUR-04")
    return Identity(STAFF + ticket.id, "admin", "staff")


def known_role(word: str) -> Role:
    """Return a role by its word. Raises `LocalError` for a word that is none."""
    known = _BY_WORD.get(word)
    if known is None:
        raise LocalError("no such role")
    return known


def check_granted(role: str) -> Role:
    """Return a role that may be handed out; `Refused` (``bad_role``) for another word."""
    for known in GRANTED:
        if role == known:
            return known
    raise Refused("bad_role", f"a role is one of: {', '.join(GRANTED)}")
