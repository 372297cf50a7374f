"""Every column of every table says what it holds, and rests accordingly."""

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from ringfence.privacy.labels import CONFIG, Label
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.retention import RULES
from ringfence.privacy.taxonomy import is_known
from ringfence.storage.schema import label_of_column, metadata
from ringfence.storage.schema.base import column

TABLES = pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)


def name(col):
    return f"{col.table.name}.{col.name}"


@TABLES
def test_every_column_is_labelled_with_things_that_exist(table):
    for col in table.columns:
        label = label_of_column(col)
        assert isinstance(label, Label), f"{name(col)} has no privacy label"
        assert is_known(label.category), name(col)
        assert label.retention in RULES, name(col)
        assert set(label.purposes) <= set(PURPOSES), name(col)


@TABLES
def test_what_must_be_sealed_or_hashed_is_bytes_and_bytes_are_sealed_or_hashed(table):
    for col in table.columns:
        binary = isinstance(col.type, LargeBinary)
        assert binary == (label_of_column(col).storage in {"sealed", "keyed_hash"}), name(col)


@TABLES
def test_free_text_in_clear_is_never_about_a_person_beyond_facts_of_a_call(table):
    for col in table.columns:
        if isinstance(col.type, Text):
            category = label_of_column(col).category
            assert category.startswith(("system", "user.telephony.")), name(col)


@TABLES
def test_types_are_those_both_databases_have(table):
    for col in table.columns:
        assert type(col.type) in {BigInteger, Boolean, Integer, LargeBinary, String, Text}
        if col.name.endswith(("_at", "_ms")):
            assert col.type.compile(dialect=postgresql.dialect()) == "BIGINT", name(col)


@TABLES
def test_every_table_can_be_made_on_postgres(table):
    assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))
    for index in table.indexes:
        assert "INDEX" in str(CreateIndex(index).compile(dialect=postgresql.dialect()))


def test_a_column_without_a_label_is_noticed():
    assert label_of_column(Column("x", Text)) is None
    assert label_of_column(column("x", Text, CONFIG)) is CONFIG
