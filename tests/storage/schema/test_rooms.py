"""What rooms and queues hold, and how a person is found in it."""

from __future__ import annotations

import pytest

from ringfence.storage.erasure_map import reaches
from ringfence.storage.schema import conferences, label_of_column, participants, queues


@pytest.mark.parametrize("table", [conferences, queues])
def test_names_are_sealed(table) -> None:
    assert label_of_column(table.c.name).storage == "sealed"
    assert label_of_column(table.c.lookup).storage == "keyed_hash"


def test_a_member_is_found_through_the_call() -> None:
    (reach,) = [found for found in reaches() if found.holding.table == "participants"]
    assert (reach.holding.link, reach.holding.column) == ("call", "call_id")
    assert label_of_column(participants.c.label).storage == "sealed"


def test_rooms_and_queues_themselves_are_about_nobody() -> None:
    tables = {found.holding.table for found in reaches()}
    assert not {"conferences", "queues"} & tables
