"""What apps leave: secrets as keyed hashes, what people write sealed."""

from ringfence.storage.schema import app_tokens, apps, label_of_column, repeats


def test_secrets_rest_as_keyed_hashes_and_words_of_people_sealed():
    for table in (apps, app_tokens, repeats):
        assert label_of_column(table.c.lookup).storage == "keyed_hash"
    assert label_of_column(apps.c.about).storage == "sealed"
    assert label_of_column(repeats.c.sealed).storage == "sealed"
