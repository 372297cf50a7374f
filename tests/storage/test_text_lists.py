"""Every way of asking for a list reads an index in order of the ids."""

from __future__ import annotations

import itertools

import pytest

from ringfence.storage.text_lists import AFTER_ALL, FOR_EVER, listing


@pytest.mark.parametrize(
    ("party", "own", "side", "days"), list(itertools.product([False, True], repeat=4))
)
def test_no_list_is_sorted(store, rooms, party, own, side, days):
    values = [rooms.account.id]
    values += ["PA"] if party else []
    values += [b"x"] if own else []
    values += [1] if side else []
    values += [0, FOR_EVER] if days else []
    values += [AFTER_ALL, "SM", 9]
    statement = listing(party, own, side, days)
    plan = store.db.reading._cursor.execute(
        f"EXPLAIN QUERY PLAN {statement.sql}", tuple(values)
    ).fetchall()
    assert all("TEMP B-TREE" not in row[3] for row in plan)
