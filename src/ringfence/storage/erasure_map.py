"""The schema as erasures see it: every table that can hold a person, with the statements for it.

The map is compiled from the labels of the columns when it is first asked for. A table added to
the schema is in it by that alone, or the compilation fails and with it the tests and the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Table,
    bindparam,
    delete,
    func,
    select,
    update,
)

from ringfence.kernel.errors import LocalError
from ringfence.privacy.erasure.holdings import (
    Holding,
    StoredColumn,
    StoredTable,
    compile_holdings,
)
from ringfence.storage.schema import label_of_column, metadata
from ringfence.storage.statement import Statement


@dataclass(frozen=True, slots=True)
class Reach:
    """A holding and how its rows are counted, emptied and removed, by what they are found by.

    ``count`` and ``remove`` take the key, and where the rule counts from a column of the row, the
    latest instant that may go. ``first`` is that column's earliest value among the rows that stay.
    """

    holding: Holding
    count: Statement
    count_all: Statement
    first: Statement | None
    remove: Statement
    empty: Statement | None


def stored_tables() -> tuple[StoredTable, ...]:
    """Return every table of the schema with the labels of its columns."""
    return tuple(
        StoredTable(str(table.name), tuple(_column(table, col) for col in table.columns))
        for table in metadata.sorted_tables
    )


@cache
def reaches() -> tuple[Reach, ...]:
    """Return every table a person can be found in. Raises `LocalError` for one that is missed."""
    return tuple(_reach(holding) for holding in compile_holdings(stored_tables()))


def reach(table: str) -> Reach:
    """Return one of them."""
    return next(found for found in reaches() if found.holding.table == table)


def _column(table: Table, col: Column[Any]) -> StoredColumn:
    label = label_of_column(col)
    if label is None:
        raise LocalError(f"{table.name}.{col.name} carries no privacy label")
    leading = [next(iter(index.columns)) for index in table.indexes]
    leading += [*table.primary_key.columns][:1]
    return StoredColumn(str(col.name), label, leads=col in leading, nullable=bool(col.nullable))


def _reach(holding: Holding) -> Reach:
    table = metadata.tables[holding.table]
    here = table.c[holding.column] == bindparam("key")
    count = select(func.count()).select_from(table).where(here)
    ripe: ColumnElement[bool] = here
    order: tuple[str, ...] = ("key",)
    first = None
    if holding.since is not None:
        since = table.c[holding.since]
        ripe, order = here & (since <= bindparam("latest")), ("key", "latest")
        first = Statement(
            select(func.min(since)).where(here, since > bindparam("latest")), "key", "latest"
        )
    emptied = {
        name: b"" if not table.c[name].nullable else None
        for name in holding.emptied
        if isinstance(table.c[name].type, LargeBinary)
    }
    empty = None
    if emptied:
        values: dict[str, Any] = {name: bindparam(f"as_{name}") for name in emptied}
        empty = Statement(
            update(table).where(here).values(**values), *(f"as_{name}" for name in emptied), "key"
        )
    return Reach(
        holding,
        Statement(select(func.count()).select_from(table).where(ripe), *order),
        Statement(count, "key"),
        first,
        Statement(delete(table).where(ripe), *order),
        empty,
    )


def empty_values(found: Reach) -> tuple[bytes | None, ...]:
    """Return what the emptied columns of a holding become: nothing, or no bytes."""
    table = metadata.tables[found.holding.table]
    return tuple(None if table.c[name].nullable else b"" for name in found.holding.emptied)
