"""The schema as erasures see it: every table that can hold a person, with the statements for it.

The map is compiled from the labels of the columns when it is first asked for. A table added to
the schema is in it by that alone, or the compilation fails and with it the tests and the start.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Select,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
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
from ringfence.storage.schema import label_of_column, metadata, transcriptions
from ringfence.storage.statement import Statement, Value
from ringfence.storage.unit_of_work import Values


@dataclass(frozen=True, slots=True)
class Reach:
    """A holding and how its rows are counted, emptied and removed, by what they are found by.

    ``count`` and ``remove`` take the key, and where the rule counts from a column of the row, the
    latest instant that may go. ``first`` is that column's earliest value among the rows that stay.
    Where rows belong to a message or call that may be on hold, all but ``count_all`` leave out what
    is and take the records on hold, as `values` gives them.
    """

    holding: Holding
    count: Statement
    count_all: Statement
    first: Statement | None
    remove: Statement
    empty: Statement | None
    count_free: Statement | None = None
    """Of rows of a record: how many no hold keeps."""

    @property
    def by_record(self) -> bool:
        """Whether its rows belong to messages or calls that may be on hold."""
        return self.count_free is not None

    def values(self, held: Iterable[str], *values: Value, latest: int | None = None) -> Values:
        """Return the values of a statement; ``held``: the records on which a hold stands."""
        records = (json.dumps(sorted(held)),) if self.by_record else ()
        return (*values, *records, *(() if latest is None else (latest,)))


_RECORDS: Mapping[str, str] = MappingProxyType(
    {
        "texts": "id", "text_events": "text_id", "text_parts": "text_id",
        "text_media": "text_id", "text_charges": "id", "payments": "call_id",
        "transcription_parts": "transcription_id",
    }
)  # fmt: skip
"""Tables found by the person whose rows belong to a record of their own, and the column of it."""


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
    by_record = holding.table in _RECORDS
    if by_record:
        here &= table.c[_RECORDS[holding.table]].not_in(_held_records(holding.table))
    last = ("held",) if by_record else ()
    ripe: ColumnElement[bool] = here
    order: tuple[str, ...] = ("key", *last)
    first = None
    if holding.since is not None:
        since = table.c[holding.since]
        ripe, order = here & (since <= bindparam("latest")), ("key", *last, "latest")
        first = Statement(
            select(func.min(since)).where(here, since > bindparam("latest")),
            *("key", *last, "latest"),
        )
    emptied = {
        name: b"" if not table.c[name].nullable else None
        for name in holding.emptied
        if isinstance(table.c[name].type, LargeBinary)
    }
    empty = None
    if emptied:
        order_of_values = (*(f"as_{name}" for name in emptied), "key", *last)
        values: dict[str, Any] = {name: bindparam(f"as_{name}") for name in emptied}
        empty = Statement(update(table).where(here).values(**values), *order_of_values)
    return Reach(
        holding,
        Statement(select(func.count()).select_from(table).where(ripe), *order),
        Statement(count, "key"),
        first,
        Statement(delete(table).where(ripe), *order),
        empty,
        Statement(select(func.count()).select_from(table).where(here), "key", "held")
        if by_record
        else None,
    )


def _held_records(table: str) -> Select[Any]:
    """Return the keys of the rows that a hold keeps; ``held``: a JSON list of records."""
    held: Select[Any] = select(literal_column("value")).select_from(
        func.json_each(bindparam("held"))
    )
    if table == "transcription_parts":
        return select(transcriptions.c.id).where(transcriptions.c.call_id.in_(held))
    return held


def empty_values(found: Reach) -> tuple[bytes | None, ...]:
    """Return what the emptied columns of a holding become: nothing, or no bytes."""
    table = metadata.tables[found.holding.table]
    return tuple(None if table.c[name].nullable else b"" for name in found.holding.emptied)
