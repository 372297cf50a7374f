"""Postal addresses of one account's customers, each sealed under the key of the person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AddressId, PartyId
from ringfence.privacy.labels import POSTAL_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import addresses
from ringfence.storage.statement import Row, Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_a = addresses.c
_ADD = insert_row(addresses)
_ONE = Statement(select(*_a).where(_a.id == bindparam("address")))
_ALL = Statement(
    select(*_a).where(_a.account_id == bindparam("account")).order_by(_a.id), "account"
)
_IDS = Statement(select(_a.id).where(_a.account_id == bindparam("account")), "account")
_CHANGE = Statement(
    update(addresses)
    .where(_a.id == bindparam("address"))
    .values(sealed=bindparam("kept"), emergency=bindparam("urgent"), changed_at=bindparam("at")),
    *("urgent", "at", "kept", "address"),
)
_DROP = Statement(delete(addresses).where(_a.id == bindparam("address")))


class Postal(msgspec.Struct, frozen=True, kw_only=True):
    """An address as somebody wrote it. ``country``: ISO 3166, it stays; ``name``: its own."""

    customer: str
    street: str
    street_more: str = ""
    city: str
    region: str
    postal_code: str
    country: str
    name: str = ""

    def __repr__(self) -> str:
        return "Postal()"


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Postal).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address and its row. ``party``: whose it is."""

    id: AddressId
    party: PartyId
    emergency: bool
    created_at: Ms
    changed_at: Ms
    body: Postal = field(repr=False)
    key_serial: int


class Addresses:
    """The addresses of one account."""

    __slots__ = ("_entropy", "_keys", "_openings", "_seal", "_vault")

    def __init__(
        self,
        seal: AccountSeal,
        *,
        vault: Vault,
        keys: KeyRing,
        openings: Openings,
        entropy: Entropy,
    ) -> None:
        self._seal = seal
        self._vault = vault
        self._keys = keys
        self._openings = openings
        self._entropy = entropy

    def add(
        self, tx: Transaction, body: Postal, party: PartyId, *, emergency: bool, now: Ms
    ) -> Address:
        """Write one down."""
        account = self._seal.account.id
        made = Address(
            id=AddressId(ids.make("address", now, self._entropy)), party=party,
            emergency=emergency, created_at=now, changed_at=now, body=body,
            key_serial=self._keys.serial(tx, account, party),
        )  # fmt: skip
        sealed = self._sealed(made)
        row = (
            made.id, account, party, body.country, emergency, now, now, made.key_serial, sealed,
        )  # fmt: skip
        tx.run(_ADD, row)
        return made

    def change(
        self, tx: Transaction, address: Address, body: Postal, *, emergency: bool, now: Ms
    ) -> Address:
        """Write another address in the place of one."""
        changed = replace(address, body=body, emergency=emergency, changed_at=now)
        tx.run(_CHANGE, (emergency, now, self._sealed(changed), address.id))
        return changed

    def drop(self, tx: Transaction, address: str) -> None:
        """Remove one."""
        tx.run(_DROP, (address,))

    def get(self, queries: Queries, address: str) -> Address:
        """Return one; raises `Refused` (``not_found``), also for another account's.

        Purposes: give_number, answer_rights, answer_demand.
        """
        return self._opened(self._row(queries, address))

    def party_of(self, queries: Queries, address: str) -> PartyId:
        """Return whose address it is; raises `Refused` (``not_found``). Opens nothing."""
        return PartyId(self._row(queries, address)[2])

    def all(self, queries: Queries) -> list[Address]:
        """Return every address, the oldest first. Purposes as of `get`.

        Of somebody who is restricted it is only stored: it is left out.
        """
        found = []
        for row in queries.rows(_ALL, (self._seal.account.id,)):
            try:
                found.append(self._opened(row))
            except Refused as refused:
                if refused.code != "restricted":
                    raise
        return found

    def about(self, queries: Queries, address: str) -> tuple[str, bool]:
        """Return the country, and whether emergency services may be told of it. Opens nothing.

        Raises `Refused` (``not_found``).
        """
        row = self._row(queries, address)
        return str(row[3]), bool(row[4])

    def known(self, queries: Queries) -> frozenset[str]:
        """Return the SIDs of all of them. Opens nothing."""
        return frozenset(row[0] for row in queries.rows(_IDS, (self._seal.account.id,)))

    def _row(self, queries: Queries, address: str) -> Row:
        row = queries.row(_ONE, (address,))
        if row is None or row[1] != self._seal.account.id:
            raise Refused("not_found", "no address of that SID")
        return row

    def _opened(self, row: Row) -> Address:
        sid, _, party, _, emergency, created_at, changed_at, serial, sealed = row
        body: Any = self._openings.open(
            sealed, serial=serial, context=f"address:{sid}", label=POSTAL_SEALED, read=_decode
        )
        return Address(
            id=AddressId(sid), party=PartyId(party), emergency=bool(emergency),
            created_at=Ms(created_at), changed_at=Ms(changed_at), body=body, key_serial=serial,
        )  # fmt: skip

    def _sealed(self, address: Address) -> bytes:
        return self._vault.seal(
            address.key_serial, _encode(address.body), context=f"address:{address.id}"
        )
