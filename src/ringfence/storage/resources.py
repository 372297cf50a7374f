"""The small documents of one account, sealed; see ``accounts.resources``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import bindparam, delete, select, update

from ringfence.accounts.resources import KINDS, Resource
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import resources
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

T = TypeVar("T", bound=Resource)

_r = resources.c
_ADD = insert_row(resources)
_ALL = Statement(
    select(*_r).where(_r.account_id == bindparam("account")).order_by(_r.id), "account"
)
_TAKEN = Statement(select(_r.id).where(_r.lookup == bindparam("lookup")))
_CHANGE = Statement(
    update(resources)
    .where(_r.id == bindparam("resource"))
    .values(document=bindparam("sealed"), changed_at=bindparam("at")),
    "sealed",
    "at",
    "resource",
)
_CALL = Statement(
    update(resources).where(_r.id == bindparam("resource")).values(lookup=bindparam("found_by")),
    "found_by",
    "resource",
)
_DROP = Statement(delete(resources).where(_r.id == bindparam("resource")))

_TYPES: dict[str, Any] = {kind.word: type_ for type_, kind in KINDS.items()}
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Generic[T]):
    """One document and its row. ``parent``: the list or domain it belongs to."""

    id: str
    account: AccountId
    body: T = field(repr=False)
    parent: str | None = None
    created_at: Ms
    changed_at: Ms


class Resources:
    """The documents of one account."""

    __slots__ = ("_entropy", "_seal")

    def __init__(self, seal: AccountSeal, *, entropy: Entropy) -> None:
        self._seal = seal
        self._entropy = entropy

    def add(
        self,
        tx: Transaction,
        body: T,
        *,
        now: Ms,
        parent: str | None = None,
        once: str | None = None,
    ) -> Kept[T]:
        """Add a document. ``once``: what there may be one of alone; else `Refused` (``exists``)."""
        kind = KINDS[type(body)]
        made = Kept(
            id=ids.make(kind.id, now, self._entropy), account=self._seal.account.id, body=body,
            parent=parent, created_at=now, changed_at=now,
        )  # fmt: skip
        lookup = None if once is None else self._free(tx, kind.word, once)
        row = (made.id, made.account, kind.word, parent, lookup, self._sealed(made), now, now)
        tx.run(_ADD, row)
        return made

    def _free(self, tx: Transaction, word: str, once: str) -> bytes:
        """By what it is found; `Refused` (``exists``) where something is."""
        lookup = self._seal.find(f"resource:{word}:{once}")
        if tx.value(_TAKEN, (lookup,)) is not None:
            raise Refused("exists", "there is one of that already")
        return lookup

    def change(
        self, tx: Transaction, kept: Kept[T], body: T, *, now: Ms, once: str | None = None
    ) -> Kept[T]:
        """Write another document in the place of one.

        ``once``: what there may be one of alone, where that has changed; else `Refused`.
        """
        if once is not None:
            tx.run(_CALL, (self._free(tx, KINDS[type(body)].word, once), kept.id))
        changed = replace(kept, body=body, changed_at=now)
        tx.run(_CHANGE, (self._sealed(changed), now, kept.id))
        return changed

    def drop(self, tx: Transaction, kept: Kept[T]) -> None:
        """Remove one."""
        tx.run(_DROP, (kept.id,))

    def all(self, queries: Queries) -> list[Kept[Resource]]:
        """Return every document, of each kind the oldest first. Purposes: operate, connect_call."""
        return [
            Kept(
                id=row[0], account=AccountId(row[1]), parent=row[3],
                body=msgspec.json.decode(
                    self._seal.open(row[5], f"resource:{row[0]}"), type=_TYPES[row[2]]
                ),
                created_at=Ms(row[6]), changed_at=Ms(row[7]),
            )
            for row in queries.rows(_ALL, (self._seal.account.id,))
        ]  # fmt: skip

    def _sealed(self, kept: Kept[T]) -> bytes:
        return self._seal.seal(_encode(kept.body), f"resource:{kept.id}")
