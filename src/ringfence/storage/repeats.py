"""Requests that may be sent again: who asked what under which key, and what was answered.

::

    (nothing) ──begin──► open ──finish──► answered ──24 h──► (removed)
                           │
                           └──forget──► (removed)

Of the key and of the request a keyed hash is kept, of the answer its sealed bytes. A row that is
open when nobody works on it was interrupted: the server died, or broke, in the midst of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, func, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import IDEMPOTENCY_HOURS, IDEMPOTENCY_KEYS_MAX
from ringfence.privacy.labels import ANSWER_SEALED
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import repeats
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_HOUR = 3_600_000
_r = repeats.c
_ADD = insert_row(repeats)
_ONE = Statement(
    select(_r.fingerprint, _r.status, _r.sealed).where(
        _r.lookup == bindparam("lookup"), _r.expires_at > bindparam("now")
    ),
    "lookup",
    "now",
)
_COUNT = Statement(
    select(func.count()).select_from(repeats).where(_r.account_id == bindparam("account"))
)
_OLD = Statement(delete(repeats).where(_r.expires_at <= bindparam("now")))
_ANSWER = Statement(
    update(repeats)
    .where(_r.lookup == bindparam("found"))
    .values(status=bindparam("said"), sealed=bindparam("answer")),
    "said",
    "answer",
    "found",
)
_DROP = Statement(delete(repeats).where(_r.lookup == bindparam("lookup")))
_DROP_ALL = Statement(delete(repeats).where(_r.account_id == bindparam("account")))


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a request. ``status`` None: it was begun and never answered."""

    same: bool
    status: int | None
    sealed: bytes | None = field(repr=False)


class Repeats:
    """Requests of one account."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def lookup(self, actor: str, key: str) -> bytes:
        """Return what is kept of a key and of whoever used it."""
        return self._seal.find(f"repeat:{actor}:{key}")

    def sweep(self, tx: Transaction, now: Ms) -> int:
        """Take away what nobody may repeat any more; how much that was."""
        return tx.changed(_OLD, (now,))

    def begin(self, tx: Transaction, lookup: bytes, fingerprint: str, *, now: Ms) -> Before | None:
        """Write down that a request is carried out now; what is known where it came before.

        Raises `Refused` (``too_many_keys``).
        """
        self.sweep(tx, now)
        asked = self._seal.find(f"request:{fingerprint}")
        row = tx.row(_ONE, (lookup, now))
        if row is not None:
            return Before(bytes(row[0]) == asked, row[1], row[2])
        if (tx.value(_COUNT, (self._seal.account.id,)) or 0) >= IDEMPOTENCY_KEYS_MAX:
            raise Refused("too_many_keys", "that many keys are not remembered in a day")
        expires = Ms(now + IDEMPOTENCY_HOURS * _HOUR)
        tx.run(_ADD, (lookup, self._seal.account.id, asked, None, None, expires))
        return None

    def finish(self, tx: Transaction, lookup: bytes, status: int, body: bytes | None) -> None:
        """Keep what was answered; ``body`` None where it is too large."""
        sealed = None if body is None else self._seal.seal(body, f"repeat:{lookup.hex()}")
        tx.run(_ANSWER, (status, sealed, lookup))

    def answer(self, lookup: bytes, before: Before) -> bytes | None:
        """Return what was answered. Purpose: deliver_content."""
        if before.sealed is None:
            return None
        return self._seal.open(before.sealed, f"repeat:{lookup.hex()}", ANSWER_SEALED)

    def forget(self, tx: Transaction, lookup: bytes) -> None:
        """Forget a request that changed nothing."""
        tx.run(_DROP, (lookup,))

    def forget_all(self, tx: Transaction) -> None:
        """Forget every request: somebody was erased, and an answer may have named them."""
        tx.run(_DROP_ALL, (self._seal.account.id,))

    def count(self, queries: Queries) -> int:
        """Return how many are remembered."""
        row = queries.row(_COUNT, (self._seal.account.id,))
        return 0 if row is None else int(row[0])
