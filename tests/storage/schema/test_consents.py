"""The ledger of consents keeps no number, and whom to leave alone is a keyed hash."""

from ringfence.storage.schema import consent_texts, consents, label_of_column, suppressions


def test_no_number_is_stored_with_a_choice():
    assert {label_of_column(col).storage for col in consents.columns} <= {"plain", "opaque"}
    assert label_of_column(suppressions.c.lookup).storage == "keyed_hash"


def test_a_text_is_found_by_its_hash():
    assert [col.name for col in consent_texts.primary_key] == ["hash"]
    assert consents.c.text_hash.nullable
