"""The numbers of what happened: one order for facts of calls and of messages."""

from __future__ import annotations

from sqlalchemy import func, select

from ringfence.storage.schema import events, text_events
from ringfence.storage.statement import Statement
from ringfence.storage.unit_of_work import Queries, Transaction

_LAST = (Statement(select(func.max(events.c.id))), Statement(select(func.max(text_events.c.id))))


def newest(queries: Queries) -> int:
    """Return the number of the newest event, 0 where there is none."""
    return max(int(queries.value(statement) or 0) for statement in _LAST)


class EventNumbers:
    """Hands out numbers in the writer thread; those of a transaction that failed come again."""

    __slots__ = ("_before", "_next")

    def __init__(self, queries: Queries) -> None:
        self._next = self._before = newest(queries) + 1

    def take(self) -> int:
        """Return the next number."""
        number = self._next
        self._next += 1
        return number

    # --- participant ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Remember where this transaction began."""
        self._before = self._next

    def prepare(self, _tx: Transaction) -> None:
        """There is nothing to write."""

    def committed(self) -> None:
        """They are used."""

    def rolled_back(self) -> None:
        """They were not used."""
        self._next = self._before
