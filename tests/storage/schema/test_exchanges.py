"""What was said rests sealed, and every row leads back to the call it was said in."""

import pytest

from ringfence.storage.erasure_map import reach
from ringfence.storage.schema import deliveries, fetched, label_of_column, notifications, quiet_apps


@pytest.mark.parametrize("table", [notifications, fetched], ids=lambda table: table.name)
def test_what_was_said_is_sealed_and_an_erasure_finds_and_empties_it(table):
    assert label_of_column(table.c.sealed).storage == "sealed"
    holding = reach(table.name).holding
    assert (holding.link, holding.column) == ("call", "call_id")
    assert holding.emptied == ("sealed",)


def test_whom_the_account_talks_to_is_not_in_the_table_of_callbacks():
    assert label_of_column(deliveries.c.destination).storage == "keyed_hash"
    assert label_of_column(deliveries.c.sealed).storage == "sealed"


def test_a_kept_answer_is_found_by_a_keyed_hash_of_its_url():
    assert label_of_column(fetched.c.lookup).storage == "keyed_hash"


def test_only_what_was_said_may_be_missing_from_a_row_of_the_log():
    missing = {column.name for column in notifications.columns if column.nullable}
    assert missing == {
        "call_id", "code", "delivery_id", "event", "failure", "flow_id", "key_serial", "number_id",
        "sealed", "source", "subject",
    }  # fmt: skip
    assert {label_of_column(column).subject for column in quiet_apps.columns} <= {"account", "none"}
