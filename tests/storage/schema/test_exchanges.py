"""What was said rests sealed, and every row leads back to the call it was said in."""

import pytest

from ringfence.storage.erasure_find import BY_CALL
from ringfence.storage.schema import fetched, label_of_column, notifications, quiet_apps


@pytest.mark.parametrize("table", [notifications, fetched], ids=lambda table: table.name)
def test_what_was_said_is_sealed_and_found_by_its_call(table):
    assert label_of_column(table.c.sealed).storage == "sealed"
    assert any(next(iter(index.columns)).name == "call_id" for index in table.indexes)
    assert table.name in BY_CALL


def test_a_kept_answer_is_found_by_a_keyed_hash_of_its_url():
    assert label_of_column(fetched.c.lookup).storage == "keyed_hash"


def test_only_what_was_said_may_be_missing_from_a_row_of_the_log():
    missing = {column.name for column in notifications.columns if column.nullable}
    assert missing == {"failure", "key_serial", "sealed"}
    assert {label_of_column(column).subject for column in quiet_apps.columns} <= {"account", "none"}
