"""Messages: an address is a keyed hash, and one reason leads to one message."""

from ringfence.storage.schema import label_of_column, messages, subscriptions


def test_no_address_rests_in_clear():
    for table in (messages, subscriptions):
        assert label_of_column(table.c.lookup).storage == "keyed_hash"
        assert "address" not in table.c


def test_one_reason_one_message():
    index = next(index for index in messages.indexes if index.unique)
    assert [col.name for col in index.columns] == ["account_id", "reason"]


def test_somebody_is_on_a_list_once():
    assert [col.name for col in subscriptions.primary_key.columns] == ["lookup", "list"]
