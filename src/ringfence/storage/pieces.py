"""Parts of messages whose rest has not come, each sealed under the key of whoever sent it.

A carrier that was told yes forgets a part, so it is on the disk before that. Found by a keyed hash,
so that no row says which two numbers write to each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects import sqlite

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import PartyId
from ringfence.messaging.concatenation import Key, Part
from ringfence.privacy.labels import TEXT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import text_pieces
from ringfence.storage.statement import Statement
from ringfence.storage.unit_of_work import Queries, Transaction

_x = text_pieces.c
_insert = sqlite.insert(text_pieces)
_PUT = Statement(
    _insert.on_conflict_do_update(
        index_elements=["message", "number"],
        set_={name: _insert.excluded[name] for name in ("at", "key_serial", "sealed")},
    ),
    *(column.name for column in text_pieces.columns),
)
_DROP = Statement(delete(text_pieces).where(_x.message == bindparam("whole")))
_COUNT = Statement(select(func.count()).select_from(text_pieces))
_ALL = Statement(
    select(_x.message, _x.number, _x.total, _x.party_id, _x.at, _x.key_serial, _x.sealed)
    .where(_x.carrier == bindparam("name"))
    .order_by(_x.at, _x.number),
    "name",
)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[str, str, int, str]).decode


@dataclass(frozen=True, slots=True)
class Piece:
    """A part, whose it is and when it came."""

    part: Part = field(repr=False)
    party: PartyId
    at: Ms


class Pieces:
    """The parts of one account."""

    __slots__ = ("_account", "_keys", "_openings", "_seal", "_vault")

    def __init__(
        self, seal: AccountSeal, *, vault: Vault, keys: KeyRing, openings: Openings
    ) -> None:
        self._seal = seal
        self._account = seal.account.id
        self._vault = vault
        self._keys = keys
        self._openings = openings

    def put(self, tx: Transaction, carrier: str, piece: Piece) -> None:
        """Keep a part; one that came before is replaced."""
        part = piece.part
        message = self._find(carrier, part.key)
        serial = self._keys.serial(tx, self._account, piece.party)
        sealed = self._vault.seal(
            serial, _encode((*part.key, part.text)), context=_place(message, part.number)
        )
        tx.run(
            _PUT,
            (message, part.number, part.total, carrier, piece.party, piece.at, serial, sealed),
        )

    def drop(self, tx: Transaction, carrier: str, key: Key) -> None:
        """Forget the parts of a message."""
        tx.run(_DROP, (self._find(carrier, key),))

    def count(self, queries: Queries) -> int:
        """Return how many parts are kept."""
        return int(queries.value(_COUNT))

    def all(self, queries: Queries, carrier: str) -> list[Piece]:
        """Return the parts of one carrier, the oldest first. Purpose: carry_message."""
        found = []
        for message, number, total, party, at, serial, sealed in queries.rows(_ALL, (carrier,)):
            sender, to, reference, text = self._openings.open(
                sealed, serial=serial, context=_place(message, number), label=TEXT_SEALED,
                read=_decode,
            )  # fmt: skip
            part = Part((sender, to, reference), total, number, text)
            found.append(Piece(part, PartyId(party), Ms(at)))
        return found

    def _find(self, carrier: str, key: Key) -> bytes:
        sender, to, reference = key
        return self._seal.find("\0".join(("piece", carrier, sender, to, str(reference))))


def _place(message: bytes, number: int) -> str:
    return f"piece:{message.hex()}:{number}"
