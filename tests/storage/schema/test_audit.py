"""The audit log: commitments, never values."""

from ringfence.storage.schema import audit_records, audit_tiles, label_of_column


def test_the_tree_holds_salted_commitments_alone():
    assert label_of_column(audit_tiles.c.data).storage == "keyed_hash"


def test_a_record_names_people_by_id():
    assert label_of_column(audit_records.c.party_id).storage == "opaque"
    assert audit_records.c.party_id.nullable
