"""Who was asked something and may answer yet: where in which flow their next message leads.

One question at a time between a person and a number of ours; it is forgotten when the answer comes,
when it is too late for one, and with the person.
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import sqlite

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import NumberId, PartyId
from ringfence.privacy.labels import TEXT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import text_talks
from ringfence.storage.statement import Statement
from ringfence.storage.unit_of_work import Queries, Transaction

_x = text_talks.c
_insert = sqlite.insert(text_talks)
_PUT = Statement(
    _insert.on_conflict_do_update(
        index_elements=["party_id", "number_id"],
        set_={name: _insert.excluded[name] for name in ("at", "until", "key_serial", "sealed")},
    ),
    *(column.name for column in text_talks.columns),
)
_ONE = Statement(
    select(_x.key_serial, _x.sealed).where(
        _x.party_id == bindparam("person"),
        _x.number_id == bindparam("ours"),
        _x.until > bindparam("now"),
    ),
    "person",
    "ours",
    "now",
)
_DROP = Statement(
    delete(text_talks).where(_x.party_id == bindparam("person"), _x.number_id == bindparam("ours")),
    "person",
    "ours",
)
_LATE = Statement(delete(text_talks).where(_x.until <= bindparam("now")))


class Talks:
    """The questions of one account that wait for an answer."""

    __slots__ = ("_account", "_keys", "_openings", "_vault")

    def __init__(
        self, seal: AccountSeal, *, vault: Vault, keys: KeyRing, openings: Openings
    ) -> None:
        self._account = seal.account.id
        self._vault = vault
        self._keys = keys
        self._openings = openings

    def put(
        self, tx: Transaction, party: PartyId, number: NumberId, place: str, *, now: Ms, until: Ms
    ) -> None:
        """Remember where an answer leads (a ``flow:`` URL); what is too late by now goes."""
        tx.run(_LATE, (now,))
        serial = self._keys.serial(tx, self._account, party)
        sealed = self._vault.seal(serial, place.encode(), context=_context(party, number))
        tx.run(_PUT, (party, number, self._account, now, until, serial, sealed))

    def get(self, queries: Queries, party: PartyId, number: NumberId, now: Ms) -> str | None:
        """Return where an answer leads, None where none is awaited. Purpose: carry_message."""
        row = queries.row(_ONE, (party, number, now))
        if row is None:
            return None
        try:
            return self._openings.text(
                row[1], serial=row[0], context=_context(party, number), label=TEXT_SEALED
            )
        except Refused as refused:
            if refused.code == "erased":
                return None
            raise

    def drop(self, tx: Transaction, party: PartyId, number: NumberId) -> None:
        """No answer is awaited any more."""
        tx.run(_DROP, (party, number))

    def sweep(self, tx: Transaction, now: Ms) -> int:
        """Take away what is too late; how much that was."""
        return tx.changed(_LATE, (now,))


def _context(party: PartyId, number: NumberId) -> str:
    return f"talk:{party}:{number}"
