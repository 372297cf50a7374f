"""Queues of one account: what they are called and how many may wait; never who does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import QueueId
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import queues
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Statement, insert_new
from ringfence.storage.unit_of_work import Queries, Transaction

_q = queues.c
_ADD = insert_new(queues)
_ALL = Statement(select(*_q).where(_q.account_id == bindparam("account")).order_by(_q.id))
_CHANGE = Statement(
    update(queues)
    .where(_q.id == bindparam("queue"))
    .values(
        lookup=bindparam("by"),
        name=bindparam("as_name"),
        max_size=bindparam("most"),
        updated_at=bindparam("at"),
    ),
    "by",
    "as_name",
    "most",
    "at",
    "queue",
)
_TAKEN = Statement(
    select(_q.id).where(_q.lookup == bindparam("by"), _q.id != bindparam("queue")), "by", "queue"
)
_DROP = Statement(delete(queues).where(_q.id == bindparam("queue")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue."""

    id: QueueId
    name: str = field(repr=False)
    max_size: int
    created_at: Ms
    updated_at: Ms


class Queues:
    """Queues of one account; a `switch.ports.QueueBook`."""

    __slots__ = ("_db", "_seal")

    def __init__(self, seal: AccountSeal, db: Database) -> None:
        self._seal = seal
        self._db = db

    def opened(self, queue: QueueId, name: str, max_size: int, now: Ms) -> None:
        """A caller came to a queue that was not there: now it is."""
        made = Queue(id=queue, name=name, max_size=max_size, created_at=now, updated_at=now)
        self._db.give(lambda tx: self.put(tx, made), asked_about=True)

    def put(self, tx: Transaction, queue: Queue) -> None:
        """Add a queue. Raises `Refused` (``queue_exists``) where another has its name."""
        self._free(tx, queue)
        name = self._seal.seal(queue.name.encode(), f"queue:{queue.id}")
        by, times = self._seal.find(queue.name), (queue.created_at, queue.updated_at)
        tx.run(_ADD, (queue.id, self._seal.account.id, by, name, queue.max_size, *times))

    def change(self, tx: Transaction, queue: Queue) -> None:
        """Call a queue something else, or let others wait in it. Raises like `put`."""
        self._free(tx, queue)
        name = self._seal.seal(queue.name.encode(), f"queue:{queue.id}")
        by = self._seal.find(queue.name)
        tx.run(_CHANGE, (by, name, queue.max_size, queue.updated_at, queue.id))

    def _free(self, tx: Transaction, queue: Queue) -> None:
        if tx.row(_TAKEN, (self._seal.find(queue.name), queue.id)) is not None:
            raise Refused("queue_exists", "there is a queue of that name")

    def drop(self, tx: Transaction, queue: QueueId) -> None:
        """Remove a queue."""
        tx.run(_DROP, (queue,))

    def all(self, queries: Queries) -> list[Queue]:
        """Return every queue, oldest first. Purpose: operate or connect_call."""
        return [self._queue(row) for row in queries.rows(_ALL, (self._seal.account.id,))]

    def _queue(self, row: Sequence[Any]) -> Queue:
        return Queue(
            id=QueueId(row[0]),
            name=self._seal.open_text(row[3], f"queue:{row[0]}") or "",
            max_size=row[4],
            created_at=row[5],
            updated_at=row[6],
        )
