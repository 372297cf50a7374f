"""API keys and staff tickets of one account: secrets as HMAC, what they are for sealed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import bindparam, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.roles import KeyHolder, Ticket, check_granted
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import api_keys, staff_tickets
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_k = api_keys.c
_t = staff_tickets.c
_ADD_KEY = insert_row(api_keys)
_KEYS = Statement(select(*_k).where(_k.account_id == bindparam("account")).order_by(_k.id))
_REVOKE = Statement(
    update(api_keys)
    .where(_k.id == bindparam("key"), _k.account_id == bindparam("account"),
           _k.revoked_at.is_(None))
    .values(revoked_at=bindparam("at")),
    "at", "key", "account",
)  # fmt: skip
_RENAME = Statement(
    update(api_keys)
    .where(_k.id == bindparam("key"), _k.account_id == bindparam("account"))
    .values(name=bindparam("sealed")),
    "sealed", "key", "account",
)  # fmt: skip
_ADD_TICKET = insert_row(staff_tickets)
_TICKETS = Statement(select(*_t).where(_t.account_id == bindparam("account")).order_by(_t.id))
_CLOSE = Statement(
    update(staff_tickets)
    .where(_t.id == bindparam("ticket"), _t.account_id == bindparam("account"),
           _t.closed_at.is_(None))
    .values(closed_at=bindparam("at")),
    "at", "ticket", "account",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An API key as it rests. ``name`` was written by a person: not for logs."""

    holder: KeyHolder
    lookup: bytes = field(repr=False)
    name: str = field(repr=False)
    created_at: Ms


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A staff ticket as it rests. ``matter``: what the staff were let in for."""

    ticket: Ticket
    lookup: bytes = field(repr=False)
    matter: str = field(repr=False)


class Keys:
    """API keys of one account."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def lookup(self, secret: str) -> bytes:
        """Return what is kept of a secret."""
        return self._seal.find("key:" + secret)

    def add(
        self, tx: Transaction, holder: KeyHolder, secret: str, *, name: str, now: Ms
    ) -> StoredKey:
        """Add a key; of its secret only an HMAC is kept."""
        lookup = self.lookup(secret)
        row = (
            holder.id, self._seal.account.id, lookup,
            self._seal.seal(name.encode(), f"key:{holder.id}"), holder.role,
            " ".join(sorted(holder.purposes)), now, holder.expires_at, holder.revoked_at,
        )  # fmt: skip
        tx.run(_ADD_KEY, row)
        return StoredKey(replace(holder, account=self._seal.account.id), lookup, name, now)

    def all(self, queries: Queries) -> list[StoredKey]:
        """Return every key, revoked ones too. Purposes: operate, connect_call."""
        return [
            StoredKey(
                KeyHolder(
                    row[0],
                    check_granted(row[4]),
                    frozenset(row[5].split()),
                    row[7],
                    row[8],
                    account=row[1],
                ),
                bytes(row[2]),
                self._seal.open(row[3], f"key:{row[0]}").decode(),
                Ms(row[6]),
            )
            for row in queries.rows(_KEYS, (self._seal.account.id,))
        ]

    def revoke(self, tx: Transaction, key: str, *, now: Ms) -> None:
        """End a key at once. Raises `Refused` (``not_found``)."""
        if not tx.changed(_REVOKE, (now, key, self._seal.account.id)):
            raise Refused("not_found", "there is no such key, or it was revoked before")

    def rename(self, tx: Transaction, key: str, *, name: str) -> None:
        """Write another name over a key's. Raises `Refused` (``not_found``)."""
        sealed = self._seal.seal(name.encode(), f"key:{key}")
        if not tx.changed(_RENAME, (sealed, key, self._seal.account.id)):
            raise Refused("not_found", "there is no such key")


class Tickets:
    """Staff tickets of one account."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def lookup(self, secret: str) -> bytes:
        """Return what is kept of a secret."""
        return self._seal.find("ticket:" + secret)

    def add(self, tx: Transaction, ticket: Ticket, secret: str, *, matter: str) -> StoredTicket:
        """Add a ticket."""
        lookup = self.lookup(secret)
        row = (
            ticket.id, self._seal.account.id, lookup,
            self._seal.seal(matter.encode(), f"ticket:{ticket.id}"),
            ticket.opened_at, ticket.expires_at, ticket.closed_at,
        )  # fmt: skip
        tx.run(_ADD_TICKET, row)
        return StoredTicket(ticket, lookup, matter)

    def all(self, queries: Queries) -> list[StoredTicket]:
        """Return every ticket, closed ones too. Purposes: operate, connect_call."""
        return [
            StoredTicket(
                Ticket(row[0], Ms(row[4]), Ms(row[5]), row[6]),
                bytes(row[2]),
                self._seal.open(row[3], f"ticket:{row[0]}").decode(),
            )
            for row in queries.rows(_TICKETS, (self._seal.account.id,))
        ]

    def close(self, tx: Transaction, ticket: str, *, now: Ms) -> None:
        """End a time box now. Raises `Refused` (``not_found``)."""
        if not tx.changed(_CLOSE, (now, ticket, self._seal.account.id)):
            raise Refused("not_found", "there is no such ticket, or it was closed before")
