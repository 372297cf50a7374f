"""What the gate stores: secrets hashed, what people write sealed, nothing of a person in clear."""

from ringfence.storage.schema import api_keys, holds, label_of_column, restrictions, staff_tickets


def test_secrets_rest_as_keyed_hashes_and_words_of_people_sealed():
    for table, words in ((api_keys, "name"), (staff_tickets, "matter")):
        assert label_of_column(table.c.lookup).storage == "keyed_hash"
        assert label_of_column(table.c[words]).storage == "sealed"


def test_a_hold_names_a_record_and_a_restriction_a_party():
    assert "party_id" in restrictions.c
    assert "record_id" in holds.c
    assert {index.name for index in holds.indexes} == {"ix_holds_record_id"}
