"""SQL written once as SQLAlchemy Core, compiled once to a string, run by apsw with plain tuples.

A statement is compiled at import; what is left at run time is a string and the order of its
values. The order is stated where the statement is written and checked here, so a tuple can never
silently land in the wrong columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    Table,
    UnaryExpression,
    bindparam,
    insert,
    literal_column,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.operators import custom_op

from ringfence.kernel.errors import LocalError

_DIALECT = sqlite.dialect(paramstyle="qmark")

Value = None | int | float | str | bytes
Row = tuple[Any, ...]


class Statement:
    """Compiled SQL: the text, and the names of its values in order."""

    __slots__ = ("clause", "names", "sql")

    def __init__(self, clause: ClauseElement, *order: str) -> None:
        compiled = clause.compile(dialect=_DIALECT)
        self.clause = clause
        self.sql = " ".join(str(compiled).split())
        names = tuple(getattr(compiled, "positiontup", None) or ())
        if order and names != order:
            raise LocalError(f"values in the order {order}, but the statement reads {names}")
        self.names = names

    def __repr__(self) -> str:
        return f"Statement({self.sql})"

    def bind(self, values: Mapping[str, Value]) -> tuple[Value, ...]:
        """Return ``values`` in the order of the statement, for paths where speed is no matter."""
        if len(values) != len(self.names):
            raise LocalError("a value too many or too few")
        return tuple(values[name] for name in self.names)


def word(value: str) -> ColumnElement[str]:
    """Return a constant of ours (letters and underscores) as part of the SQL text."""
    if not value.isidentifier():
        raise LocalError("only plain words of ours are written into SQL")
    return literal_column(f"'{value}'", String)


def of_account(table: FromClause, *, alone: bool) -> ColumnElement[bool]:
    """Return the condition that a row is the value ``account``'s.

    ``alone``: as good as every row is. Then no index by account is taken (the unary plus: SQLite's
    query planner, "Disqualifying WHERE Clause Terms"), and rows are read where they lie, one beside
    the other, in place of each being looked for by what the index says.
    """
    column = table.c.account_id
    found = UnaryExpression(column, operator=_AS_IT_IS) if alone else column
    return found == bindparam("account")


_AS_IT_IS: Any = custom_op("+")


def at_most(query: Select[Any], rows: int | str) -> Select[Any]:
    """Return ``query`` ended after a number of rows, or after as many as the value named."""
    limit: ColumnElement[Any] = (
        literal_column(str(rows)) if isinstance(rows, int) else bindparam(rows)
    )
    return query.limit(limit).offset(literal_column("0"))


def insert_row(table: Table) -> Statement:
    """Return the statement that adds a row of all columns, in the order of the table."""
    return Statement(insert(table), *(column.name for column in table.columns))


def insert_new(table: Table) -> Statement:
    """Like `insert_row`, but a row whose key exists already is left as it is."""
    clause = sqlite.insert(table).on_conflict_do_nothing()
    return Statement(clause, *(column.name for column in table.columns))
