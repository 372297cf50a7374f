"""The room where addresses of people are kept, and how a call finds its people there.

`AccountParties.resolve` is on the path of every call: an address seen lately is found in memory,
another by one indexed query, and a new one is sealed under a fresh key and given to the writer
without waiting. It stays in memory until it is durable, and the facts of its call stand behind it
in the same queue, so no row ever names a party that is not there.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Collection, Iterable
from typing import Final, Literal

from sqlalchemy import bindparam, column, func, select

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import PARTY_CACHE, TARIFF_ADDRESSES
from ringfence.kernel.phone import Phone
from ringfence.privacy.labels import PHONE_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account
from ringfence.storage.openings import Openings
from ringfence.storage.schema import parties
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Row, Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

Kind = Literal["phone", "sip", "email", "anonymous"]

_p = parties.c
_ADD = insert_row(parties)
_FIND = Statement(select(_p.id, _p.key_serial).where(_p.lookup == bindparam("lookup")))
_KEY = Statement(select(_p.key_serial).where(_p.id == bindparam("party")))
_GET = Statement(select(_p.address, _p.key_serial).where(_p.id == bindparam("party")))

_SOME = Statement(
    select(_p.id, _p.address, _p.key_serial).where(
        _p.id.in_(select(column("value")).select_from(func.json_each(bindparam("ids"))))
    ),
    "ids",
)

_SIP: Final = ("sip:", "sips:")
MAILBOX: Final = "mailto:"


def canonical(address: str) -> str:
    """Return a SIP address as it is looked up: scheme and host in small letters (RFC 3261 19.1.4).

    Parameters and headers are cut off: they say how a call was sent, not who called. A mailbox
    (``mailto:``) is in small letters throughout: no relay that people use tells them apart.
    """
    if address.strip().lower().startswith(MAILBOX):
        return address.strip().lower()
    scheme, colon, rest = address.strip().partition(":")
    rest = rest.partition(";")[0].partition("?")[0]
    user, at, host = rest.rpartition("@")
    return f"{scheme.lower()}{colon}{user}{at}{host.lower()}"


class Parties:
    """Every party of the installation; `of` gives those of one account."""

    def __init__(self, db: Database, vault: Vault, openings: Openings, *, entropy: Entropy) -> None:
        self.db = db
        self.vault = vault
        self._openings = openings
        self._entropy = entropy
        self._serials: OrderedDict[PartyId, int] = OrderedDict()
        self.watched = False
        """Whether somebody wants to know where calls go that begin: there is a tariff."""
        self._heard: OrderedDict[PartyId, str] = OrderedDict()

    def of(self, account: Account) -> AccountParties:
        """Return the parties of one account."""
        return AccountParties(self, account)

    def key_serial(self, queries: Queries, party: PartyId) -> int | None:
        """Return where the party's key lies, or None for a party that does not exist."""
        serial = self._serials.get(party)
        if serial is None:
            serial = queries.value(_KEY, (party,))
            if serial is not None:
                self.remember(party, serial)
        return serial

    def address(self, queries: Queries, party: PartyId) -> str:
        """Return the address in clear: E.164 or a SIP address, ``""`` for an anonymous party.

        Purposes: connect_call, call_record, billing, answer_rights. Raises `Refused`: ``erased``
        where the person was erased, ``not_found``, and those of ``privacy.purposes``.
        """
        row = queries.row(_GET, (party,))
        if row is None:
            raise Refused("not_found", "there is no such party")
        if row[0] is None:
            raise Refused("erased", "this person was erased")
        return self._openings.text(
            row[0], serial=row[1], context=f"party:{party}", label=PHONE_SEALED
        )

    def addresses(self, queries: Queries, parties: Collection[PartyId]) -> dict[PartyId, str]:
        """Return the addresses of several parties with one query; who cannot be shown is left out.

        Purposes and addresses as of `address`.
        """

        def fetch(missing: list[PartyId]) -> list[Row]:
            return queries.rows(_SOME, (json.dumps(sorted(missing)),))

        return self._openings.people(parties, fetch, label=PHONE_SEALED)

    def hear_of(self, party: PartyId, text: str) -> None:
        """Keep an address at hand for a moment: a call or a message to it begins."""
        if self.watched:
            self._heard[party] = text
            if len(self._heard) > TARIFF_ADDRESSES:
                self._heard.popitem(last=False)

    def heard_of(self, party: PartyId) -> str:
        """Return the address of whom a call has just begun to, ``""`` where that is not known."""
        return self._heard.get(party, "")

    def remember(self, party: PartyId, serial: int) -> None:
        """Keep in memory where a party's key lies."""
        self._serials[party] = serial
        if len(self._serials) > PARTY_CACHE:
            self._serials.popitem(last=False)

    def make(
        self, account: Account, kind: Kind, text: str, lookup: bytes | None, now: Ms
    ) -> tuple[PartyId, tuple[str, str, Kind, bytes | None, bytes, int, Ms, None, None]]:
        """Return a new party and its row, sealed under a fresh key."""
        party = PartyId(ids.make_blurred("party", now, self._entropy))
        serial = self.vault.keys.take()
        sealed = self.vault.seal(serial, text.encode(), context=f"party:{party}")
        self.remember(party, serial)
        return party, (party, account.id, kind, lookup, sealed, serial, now, None, None)

    def forget(self, party: PartyId) -> None:
        """Drop from memory where a party's key lies."""
        self._serials.pop(party, None)
        self._heard.pop(party, None)
        self._openings.forget(party)


class AccountParties:
    """The parties of one account, as calls ask for them. Used by one thread: the loop's."""

    __slots__ = ("_account", "_known", "_leaving", "_pending", "_room", "_settled")

    def __init__(self, room: Parties, account: Account) -> None:
        self._room = room
        self._account = account
        self._known: OrderedDict[str, PartyId] = OrderedDict()
        self._pending: dict[str, PartyId] = {}
        self._leaving: frozenset[PartyId] = frozenset()
        self._settled: deque[tuple[str, bool]] = deque()
        """What the writer says of pending addresses: durable, or not. Read by the loop only."""

    def resolve(self, address: Phone | str, now: Ms) -> PartyId:
        """Return the party of a number or a SIP address, known or made now.

        ``""`` is an anonymous caller: a party of its own each time, because two people who hide
        their number are two people. Raises `Refused` (``storage_...``) only where the queue of
        the writer is full or the database damaged.
        """
        if isinstance(address, Phone):
            text = address.e164
        elif not address:
            return self._add("anonymous", "", None, now)
        else:
            text = canonical(address)
        found = self._known.get(text)
        if found is not None:
            self._known.move_to_end(text)
        else:
            found = self._pending.get(text) or self._look_up(text, now)
        self._room.hear_of(found, text)
        return found

    def find(self, address: Phone | str) -> PartyId | None:
        """Return the party of an address if there is one; makes none."""
        text = address.e164 if isinstance(address, Phone) else canonical(address)
        found = self._known.get(text) or self._pending.get(text)
        if found is None:
            lookup = self._room.vault.find(self._account.pepper, text)
            row = self._room.db.reading.row(_FIND, (lookup,))
            found = None if row is None else PartyId(row[0])
        return found

    def forget(self, party: PartyId) -> None:
        """Drop a party from memory (it was erased)."""
        self._room.forget(party)
        for known in (self._known, self._pending):
            for text in [text for text, found in known.items() if found == party]:
                del known[text]

    def leaving(self, parties: Iterable[PartyId]) -> None:
        """These are about to be removed: whoever calls from now on is somebody new."""
        self._collect()
        self._leaving = frozenset(parties)
        for party in self._leaving:
            self.forget(party)

    def _look_up(self, text: str, now: Ms) -> PartyId:
        room = self._room
        lookup = room.vault.find(self._account.pepper, text)
        row = room.db.reading.row(_FIND, (lookup,))
        if row is not None and row[0] not in self._leaving:
            party = PartyId(row[0])
            room.remember(party, row[1])
            self._keep(text, party)
            return party
        kind: Kind = "sip" if text.startswith(_SIP) else "phone"
        return self._add("email" if text.startswith(MAILBOX) else kind, text, lookup, now)

    def _add(self, kind: Kind, text: str, lookup: bytes | None, now: Ms) -> PartyId:
        self._collect()
        party, row = self._room.make(self._account, kind, text, lookup, now)
        if text:
            self._pending[text] = party

        def write(tx: Transaction) -> None:
            tx.run(_ADD, row)

        self._room.db.give(write, lambda done: self._settled.append((text, done)))
        return party

    def _collect(self) -> None:
        """Let go of addresses whose row is durable, or could not be written at all."""
        while self._settled:
            text, done = self._settled.popleft()
            party = self._pending.pop(text, None)
            if party is not None and done:
                self._keep(text, party)

    def _keep(self, text: str, party: PartyId) -> None:
        self._known[text] = party
        if len(self._known) > PARTY_CACHE:
            self._known.popitem(last=False)
