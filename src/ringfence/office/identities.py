"""Who asks: the word an edge says about a request, made into a role by what the office knows.

Keys and tickets are kept in memory beside the database and looked at for every request, so that a
key that was revoked and a ticket that ran out let nobody in from that instant on.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import replace

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import current_actor
from ringfence.privacy.roles import (
    APP,
    KEY,
    STAFF,
    SYSTEM,
    Grant,
    Identity,
    Token,
    caller,
    of_app,
    of_key,
    of_ticket,
    plain,
)
from ringfence.storage.apps import StoredApp
from ringfence.storage.staff import StoredKey, StoredTicket

_NO_SECRET = bytes(16)


def _denied() -> Refused:
    return Refused("not_authorized", "that key or ticket is not valid here")


class Identities:
    """Keys and tickets by id."""

    __slots__ = ("_dropped", "_keys", "_tickets", "apps", "grants")

    def __init__(self) -> None:
        self.apps: dict[str, StoredApp] = {}
        self.grants: dict[str, Grant] = {}
        """What stands; a grant that has ended is taken out."""
        self._dropped: dict[str, Ms] = {}
        """Tokens that were ended before their time, and when that would have come."""
        self._keys: dict[str, StoredKey] = {}
        self._tickets: dict[str, StoredTicket] = {}

    @property
    def keys(self) -> list[StoredKey]:
        """Every key of every account, the oldest first."""
        return [*self._keys.values()]

    def keys_of(self, account: str) -> list[StoredKey]:
        """The keys of one account, the oldest first."""
        return [key for key in self._keys.values() if key.holder.account == account]

    def account_of(self, key: str) -> str:
        """Whose a key is; "" for one that is nobody's."""
        known = self._keys.get(key)
        return "" if known is None else known.holder.account

    @property
    def tickets(self) -> list[StoredTicket]:
        """Every ticket, the oldest first."""
        return [*self._tickets.values()]

    def learn_key(self, key: StoredKey) -> None:
        """A key was made."""
        self._keys[key.holder.id] = key

    def learn_ticket(self, ticket: StoredTicket) -> None:
        """A ticket was opened."""
        self._tickets[ticket.ticket.id] = ticket

    def revoke_key(self, key: str, now: Ms) -> None:
        """A key lets nobody in any more."""
        known = self._keys[key]
        self._keys[key] = replace(known, holder=replace(known.holder, revoked_at=now))

    def rename_key(self, key: str, name: str) -> StoredKey:
        """A key is called otherwise."""
        self._keys[key] = renamed = replace(self._keys[key], name=name)
        return renamed

    def close_ticket(self, ticket: str, now: Ms) -> None:
        """A ticket was closed."""
        known = self._tickets[ticket]
        self._tickets[ticket] = replace(known, ticket=replace(known.ticket, closed_at=now))

    def of(self, actor: str, now: Ms) -> Identity:
        """Return who ``actor`` is now.

        Raises `Refused`: ``key_expired``, ``ticket_expired``, ``not_authorized`` for a word that
        no edge says.
        """
        known = plain(actor)
        if known is not None:
            return known
        key = self._keys.get(actor.removeprefix(KEY)) if actor.startswith(KEY) else None
        if key is not None:
            return of_key(key.holder, now)
        grant = self.grants.get(caller(actor).removeprefix(APP)) if actor.startswith(APP) else None
        token = Token.read(actor)
        if grant is not None and (token is None or token.ref not in self._dropped):
            return of_app(self.apps[grant.app].holder, grant, now, token)
        ticket = self._tickets.get(actor.removeprefix(STAFF)) if actor.startswith(STAFF) else None
        if ticket is not None:
            return of_ticket(ticket.ticket, now)
        raise _denied()

    def drop_token(self, ref: str, expires_at: Ms, now: Ms) -> None:
        """A token lets nobody in any more, also where a stream that it opened is still read."""
        self._dropped = {known: at for known, at in self._dropped.items() if at > now}
        self._dropped[ref] = expires_at

    def lacking(self, wanted: Iterable[str], now: Ms) -> frozenset[str]:
        """Return the purposes of ``wanted`` that whoever acts may not act for themselves."""
        actor = current_actor()
        own = None if actor == SYSTEM else self.of(actor, now).purposes
        return frozenset() if own is None else frozenset(wanted) - own

    def lend(self, purposes: Iterable[str], now: Ms) -> None:
        """Raise `Refused` (``purpose_not_declared``) where somebody hands out more than they have.

        A key or an app made for a purpose that its maker's own key was not made for would be the
        way around what that key is limited to.
        """
        lacking = self.lacking(purposes, now)
        if lacking:
            raise Refused(
                "purpose_not_declared",
                f"who was not let in for {', '.join(sorted(lacking))} cannot hand it on",
                clause="TEL-11",
            )

    def enter_by_key(self, key: str, lookup: bytes, now: Ms) -> Identity:
        """Check a key's secret in constant time. Raises `Refused` (``not_authorized``)."""
        known = self._keys.get(key)
        right = hmac.compare_digest(lookup, _NO_SECRET if known is None else known.lookup)
        if known is None or not right:
            raise _denied()
        return of_key(known.holder, now)

    def enter_by_ticket(self, ticket: str, lookup: bytes, now: Ms) -> Identity:
        """Likewise for a ticket."""
        known = self._tickets.get(ticket)
        right = hmac.compare_digest(lookup, _NO_SECRET if known is None else known.lookup)
        if known is None or not right:
            raise _denied()
        return of_ticket(known.ticket, now)
