"""People behind cases: officers for grievances, approvers of disclosures, and people of honey."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import bindparam, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.privacy.labels import USERNAME_SEALED
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.audit_pages import pages_of
from ringfence.storage.schema import (
    audit_records,
    case_approvers,
    case_honey,
    case_officers,
    parties,
)
from ringfence.storage.statement import Statement, insert_new, insert_row, word
from ringfence.storage.unit_of_work import Queries, Transaction

_o = case_officers.c
_a = case_approvers.c
_h = case_honey.c
_r = audit_records.c
_ADD_OFFICER = insert_row(case_officers)
_OFFICERS = Statement(select(*_o).order_by(_o.law, _o.since.desc()))
_ADD_APPROVER = insert_row(case_approvers)
_APPROVERS = Statement(select(*_a).order_by(_a.id))
_APPROVER = Statement(
    select(_a.id).where(_a.secret == bindparam("lookup"), _a.removed_at.is_(None))
)
_REMOVE_APPROVER = Statement(
    update(case_approvers)
    .where(_a.id == bindparam("approver"), _a.removed_at.is_(None))
    .values(removed_at=bindparam("at")),
    "at",
    "approver",
)
_ADD_HONEY = insert_new(case_honey)
_HONEY = Statement(select(_h.party_id, _h.seen))
_TOUCHED = Statement(
    select(_r.leaf, _r.body)
    .where(
        _r.party_id == bindparam("party"), _r.kind == word("opened"), _r.leaf > bindparam("seen")
    )
    .order_by(_r.leaf),
    "party",
    "seen",
)
_SEEN = Statement(
    update(case_honey).where(_h.party_id == bindparam("party")).values(seen=bindparam("leaf")),
    "leaf",
    "party",
)


_HOLDER = Statement(select(parties.c.id).where(parties.c.key_serial == bindparam("serial")))


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach an officer: published, so that people can."""

    name: str
    email: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who takes grievances of people under one law, since when."""

    law: str
    since: Ms
    contact: Contact = field(repr=False)


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who may approve a disclosure."""

    id: str
    name: str = field(repr=False)
    created_at: Ms
    removed_at: Ms | None


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody opened the data of a person who does not exist."""

    party: PartyId
    leaf: int
    body: str


def holders(queries: Queries, serials: Iterable[int]) -> list[PartyId]:
    """Return whose keys these are: the people who can be read by whoever has them."""
    found = (queries.value(_HOLDER, (serial,)) for serial in serials)
    return [PartyId(party) for party in found if party is not None]


class CasePeople:
    """Officers, approvers and honey of one account."""

    __slots__ = ("_entropy", "_seal")

    def __init__(self, seal: AccountSeal, *, entropy: Entropy) -> None:
        self._seal = seal
        self._entropy = entropy

    # --- officers -------------------------------------------------------------------------------

    def name_officer(self, tx: Transaction, law: str, contact: Contact, *, now: Ms) -> Officer:
        """Name the officer of a law; whoever was there before becomes history."""
        sealed = self._seal.seal(msgspec.json.encode(contact), f"officer:{law}:{now}")
        tx.run(_ADD_OFFICER, (law, now, self._seal.account.id, sealed))
        return Officer(law, now, contact)

    def officers(self, queries: Queries) -> dict[str, Officer]:
        """Return who is officer now, by law. Purpose: operate."""
        found: dict[str, Officer] = {}
        for law, since, account, sealed in queries.rows(_OFFICERS):
            if account == self._seal.account.id and law not in found:
                plain = self._seal.open(sealed, f"officer:{law}:{since}")
                found[law] = Officer(law, since, msgspec.json.decode(plain, type=Contact))
        return found

    # --- approvers ------------------------------------------------------------------------------

    def add_approver(self, tx: Transaction, secret: str, name: str, *, now: Ms) -> str:
        """Let whoever knows ``secret`` approve; only its keyed hash is kept. Returns the id."""
        approver = ids.make("user", now, self._entropy)
        sealed = self._seal.seal(name.encode(), f"approver:{approver}")
        row = (self._lookup(secret), approver, self._seal.account.id, sealed, now, None)
        tx.run(_ADD_APPROVER, row)
        return approver

    def approver(self, queries: Queries, secret: str) -> str:
        """Return who knows this secret; raises `Refused` (``not_authorized``)."""
        found: str | None = queries.value(_APPROVER, (self._lookup(secret),))
        if found is None:
            raise Refused("not_authorized", "that is no approver's secret")
        return found

    def approvers(self, queries: Queries) -> list[Approver]:
        """Return everybody who may or might approve. Purpose: operate."""
        return [
            Approver(
                row[1],
                self._seal.open(row[3], f"approver:{row[1]}", USERNAME_SEALED).decode(),
                row[4],
                row[5],
            )
            for row in queries.rows(_APPROVERS)
            if row[2] == self._seal.account.id
        ]

    def remove_approver(self, tx: Transaction, approver: str, *, now: Ms) -> None:
        """Let somebody approve no more; raises `Refused` (``not_found``)."""
        if not tx.changed(_REMOVE_APPROVER, (now, approver)):
            raise Refused("not_found", "there is no such approver")

    def _lookup(self, secret: str) -> bytes:
        return self._seal.find(f"approver:{secret}")

    # --- honey ----------------------------------------------------------------------------------

    def place_honey(self, tx: Transaction, party: PartyId, *, seen: int, now: Ms) -> None:
        """Watch a person who does not exist, from audit leaf ``seen`` on."""
        tx.run(_ADD_HONEY, (party, self._seal.account.id, now, seen))

    def touched(self, queries: Queries) -> list[Touched]:
        """Return openings of honey since they were last looked at."""
        return [
            Touched(PartyId(party), leaf, body)
            for party, seen in queries.rows(_HONEY)
            for leaf, body in (
                *queries.rows(_TOUCHED, (party, seen)),
                *(
                    (leaf, page.told(party).decode())
                    for leaf, _, page in pages_of(queries, party)
                    if leaf > seen
                ),
            )
        ]

    def seen(self, tx: Transaction, party: PartyId, leaf: int) -> None:
        """Openings of this person up to ``leaf`` have been looked at."""
        tx.run(_SEEN, (leaf, party))
