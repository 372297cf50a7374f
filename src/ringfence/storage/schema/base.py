"""What every table is built with: names for constraints, and a column that demands a label."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from ringfence.privacy.labels import Label

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(34)
WORD = String(32)
"""A word of a closed vocabulary: a state, a cause, a codec."""
MS = BigInteger
"""Milliseconds, of an instant or a duration; 32 bits end in 1970 on Postgres."""
ROW = BigInteger().with_variant(Integer, "sqlite")
"""A number that is the key of its row; SQLite keeps such a table in one tree, Postgres needs 64
bits for it."""
SEALED = LargeBinary
HASH = LargeBinary


def column(
    name: str,
    type_: TypeEngine[Any] | type[TypeEngine[Any]],
    label: Label,
    *items: SchemaItem,
    primary_key: bool = False,
    nullable: bool = False,
    autoincrement: bool = False,
) -> Column[Any]:
    """Return a column that says what it holds; not null unless told."""
    return Column(
        name,
        type_,
        *items,
        primary_key=primary_key,
        nullable=nullable,
        autoincrement=autoincrement,
        info={"label": label},
    )


def label_of_column(col: Column[Any]) -> Label | None:
    """Return the label of a column, or None where somebody forgot it."""
    label = col.info.get("label")
    return label if isinstance(label, Label) else None
