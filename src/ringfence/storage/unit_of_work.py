"""A unit of work: what it may do inside the transaction, and who else takes part in the commit.

A unit is a function of a `Transaction`. Several units of different calls share one commit; if one
of them fails on its own account, the commit is rolled back and each is tried alone, so a unit may
run more than once and must change nothing but the transaction. What has to follow a commit (wake
a worker, keep a cache) is given to `Transaction.after`.

A `Participant` has state in memory that must move with the database: the audit tree's edge, the
number of the next event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import apsw

from ringfence.storage.statement import Row, Statement, Value

Values = tuple[Value, ...]


class Participant(Protocol):
    """Something in memory that commits and rolls back together with the database."""

    def begin(self) -> None:
        """A transaction is about to begin: remember what to go back to."""
        ...

    def prepare(self, tx: Transaction) -> None:
        """The units have run: write what the commit must contain."""
        ...

    def committed(self) -> None:
        """Everything is durable."""
        ...

    def rolled_back(self) -> None:
        """Go back to what `begin` remembered."""
        ...


class Queries:
    """Reading with compiled statements, on whichever connection is given."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: apsw.Cursor) -> None:
        self._cursor = cursor

    def row(self, statement: Statement, values: Values = ()) -> Row | None:
        """Return the first row, or None."""
        cursor = self._cursor.execute(statement.sql, values)
        row: Row | None = cursor.fetchone()
        if row is not None:
            # finish the statement: an unfinished one would hold its snapshot, and the log file
            # could not be cut back
            for _ in cursor:
                pass
        return row

    def rows(self, statement: Statement, values: Values = ()) -> list[Row]:
        """Return all rows; the statement carries its own limit."""
        found: list[Any] = self._cursor.execute(statement.sql, values).fetchall()
        return found

    def value(self, statement: Statement, values: Values = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.row(statement, values)
        return None if row is None else row[0]


class Transaction(Queries):
    """The open transaction of the writer thread."""

    __slots__ = ("_after", "_db")

    def __init__(self, db: apsw.Connection) -> None:
        super().__init__(db.cursor())
        self._db = db
        self._after: list[Callable[[], object]] = []

    def run(self, statement: Statement, values: Values = ()) -> None:
        """Execute a statement that changes rows."""
        self._cursor.execute(statement.sql, values)

    def run_many(self, statement: Statement, rows: Iterable[Values]) -> None:
        """Execute a statement once for every tuple."""
        self._cursor.executemany(statement.sql, rows)

    def changed(self, statement: Statement, values: Values = ()) -> int:
        """Execute a statement and return how many rows it changed."""
        self._cursor.execute(statement.sql, values)
        return self._db.changes()

    def inserted(self) -> int:
        """Return the number of the row that was added last."""
        return self._db.last_insert_rowid()

    def after(self, action: Callable[[], object]) -> None:
        """Call ``action`` in the writer thread once this transaction is durable."""
        self._after.append(action)

    def leave_no_copy(self) -> None:
        """Cut the log file back once this is durable: what it overwrites is in no file then.

        The pages of the database itself are zeroed (``secure_delete``).
        """
        self.after(self._cut_back)

    def _cut_back(self) -> None:
        """Raises `apsw.BusyError` where a reader holds on to it for longer than SQLite waits."""
        self._db.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def take_after(self) -> list[Callable[[], object]]:
        """Return the actions to follow the commit, and forget them."""
        actions, self._after = self._after, []
        return actions
