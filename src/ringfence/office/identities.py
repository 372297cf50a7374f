"""Who asks: the word an edge says about a request, made into a role by what the office knows.

Keys and tickets are kept in memory beside the database and looked at for every request, so that a
key that was revoked and a ticket that ran out let nobody in from that instant on.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.roles import (
    APP,
    KEY,
    STAFF,
    Grant,
    Identity,
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

    __slots__ = ("_keys", "_tickets", "apps", "grants")

    def __init__(self) -> None:
        self.apps: dict[str, StoredApp] = {}
        self.grants: dict[str, Grant] = {}
        """What stands; a grant that has ended is taken out."""
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
        grant = self.grants.get(actor.removeprefix(APP)) if actor.startswith(APP) else None
        if grant is not None:
            return of_app(self.apps[grant.app].holder, grant, now)
        ticket = self._tickets.get(actor.removeprefix(STAFF)) if actor.startswith(STAFF) else None
        if ticket is not None:
            return of_ticket(ticket.ticket, now)
        raise _denied()

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
