"""Small documents: what they say is sealed, what there may be once is a keyed hash."""

from ringfence.storage.schema import label_of_column, resources


def test_what_they_say_is_sealed():
    assert label_of_column(resources.c.document).storage == "sealed"
    assert label_of_column(resources.c.lookup).storage == "keyed_hash"


def test_they_go_with_their_account():
    assert {key.column.table.name for key in resources.foreign_keys} == {"accounts"}
