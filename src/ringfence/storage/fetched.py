"""Fetched documents and audio that their server allowed to be kept: sealed, until they expire.

Found by a keyed hash of the URL, sealed under the key of the person the first call was with, taken
away when the time is over, when that person is erased, or when room is needed (what expires first
goes first). What may be kept is decided before (`ringfence.webhooks.freshness`).
"""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import bindparam, delete, func, select

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId
from ringfence.kernel.limits import CACHE_ENTRY_BYTES, CACHE_TOTAL_BYTES
from ringfence.privacy.labels import CONTENT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import calls, fetched
from ringfence.storage.statement import Statement, at_most, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

Kind = Literal["document", "media"]

_f = fetched.c
_ADD = insert_row(fetched)
_GET = Statement(
    select(_f.key_serial, _f.sealed).where(
        _f.lookup == bindparam("url"), _f.expires_at > bindparam("now")
    ),
    "url",
    "now",
)
_DROP = Statement(delete(fetched).where(_f.lookup == bindparam("url")))
_EXPIRED = Statement(delete(fetched).where(_f.expires_at <= bindparam("now")))
_TOTAL = Statement(select(func.sum(_f.size)))
_NEXT_TO_GO = Statement(at_most(select(_f.lookup, _f.size).order_by(_f.expires_at), 1))
_COUNT = Statement(select(func.count()).select_from(fetched))
_PARTY = Statement(
    select(calls.c.direction, calls.c.caller_id, calls.c.called_id).where(
        calls.c.id == bindparam("call")
    )
)


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What was kept: the body and what it was said to be."""

    content_type: str
    body: bytes

    def __repr__(self) -> str:
        return f"Answer({len(self.body)} bytes)"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Answer).decode


class Fetched:
    """What one account's servers allowed to be kept."""

    __slots__ = ("_account", "_keys", "_openings", "_vault")

    def __init__(
        self, account: Account, *, vault: Vault, keys: KeyRing, openings: Openings
    ) -> None:
        self._account = account
        self._vault = vault
        self._keys = keys
        self._openings = openings

    def keep(
        self,
        tx: Transaction,
        *,
        call: CallId,
        kind: Kind,
        url: str,
        answer: Answer,
        now: Ms,
        seconds: int,
    ) -> bool:
        """Keep an answer for ``seconds``; whether there was room for it."""
        tx.run(_EXPIRED, (now,))
        row = tx.row(_PARTY, (call,))
        if row is None or seconds <= 0 or len(answer.body) > CACHE_ENTRY_BYTES:
            return False
        lookup = self._lookup(kind, url)
        tx.run(_DROP, (lookup,))
        self._make_room(tx, len(answer.body))
        party = row[1] if row[0] == "inbound" else row[2]
        serial = self._keys.serial(tx, self._account.id, party)
        sealed = self._vault.seal(serial, _encode(answer), context=_context(lookup))
        until = Ms(now + seconds * 1000)
        size = len(answer.body)
        tx.run(_ADD, (lookup, self._account.id, call, now, until, size, serial, sealed))
        return True

    def find(self, queries: Queries, *, kind: Kind, url: str, now: Ms) -> Answer | None:
        """Return what was kept of a URL and has not expired. Purpose: deliver_content.

        None also where the person it is sealed for was erased or restricted meanwhile.
        """
        lookup = self._lookup(kind, url)
        row = queries.row(_GET, (lookup, now))
        if row is None:
            return None
        try:
            return self._openings.open(
                row[1],
                serial=row[0],
                context=_context(lookup),
                label=CONTENT_SEALED,
                read=_decode,
            )
        except Refused:
            return None

    def sweep(self, tx: Transaction, now: Ms) -> int:
        """Take away what has expired; how much that was."""
        return tx.changed(_EXPIRED, (now,))

    def clear(self, tx: Transaction) -> int:
        """Take away everything; how much that was."""
        return tx.changed(_EXPIRED, (_FOREVER,))

    def count(self, queries: Queries) -> int:
        """Return how many answers are kept."""
        found: int = queries.value(_COUNT)
        return found

    def _make_room(self, tx: Transaction, size: int) -> None:
        total: int = tx.value(_TOTAL) or 0
        while total + size > CACHE_TOTAL_BYTES:
            row = tx.row(_NEXT_TO_GO)
            if row is None:
                return
            tx.run(_DROP, (row[0],))
            total -= row[1]

    def _lookup(self, kind: Kind, url: str) -> bytes:
        return self._vault.find(self._account.pepper, f"fetched {kind} {url}")


_FOREVER = 2**62


def _context(lookup: bytes) -> str:
    return f"fetched:{lookup.hex()}"
