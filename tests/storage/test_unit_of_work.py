"""Queries and transactions: thin, and honest about what they changed."""

import apsw
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, select, update

from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Transaction

TABLE = Table("things", MetaData(), Column("id", Integer, primary_key=True), Column("word", Text))
ADD = insert_row(TABLE)
ALL = Statement(select(TABLE.c.id, TABLE.c.word).order_by(TABLE.c.id))
SET = Statement(
    update(TABLE).where(TABLE.c.id > bindparam("above")).values(word=bindparam("w")), "w", "above"
)


@pytest.fixture
def connection(tmp_path):
    db = apsw.Connection(str(tmp_path / "x.db"))
    db.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, word TEXT)")
    yield db
    db.close()


@pytest.fixture
def tx(connection):
    tx = Transaction(connection)
    tx.run_many(ADD, [(n, "a") for n in (1, 2, 3)])
    return tx


def test_reading(tx):
    assert tx.rows(ALL) == [(1, "a"), (2, "a"), (3, "a")]
    assert tx.row(ALL) == (1, "a")
    assert tx.value(ALL) == 1
    tx.run(SET, ("b", 0))
    assert tx.changed(SET, ("c", 1)) == 2
    assert tx.changed(SET, ("c", 9)) == 0
    empty = Statement(select(TABLE.c.id).where(TABLE.c.id > 100))
    assert empty.names == ("id_1",)
    assert tx.row(empty, (100,)) is None
    assert tx.value(empty, (100,)) is None


def test_reading_one_row_of_many_leaves_no_statement_open(tx, connection):
    tx.row(ALL)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("COMMIT")
    connection.execute("VACUUM")  # refused while any statement is unfinished


def test_actions_are_taken_once_in_order(tx):
    seen = []
    tx.after(lambda: seen.append(1))
    tx.after(lambda: seen.append(2))
    for action in tx.take_after():
        action()
    assert seen == [1, 2]
    assert tx.take_after() == []
