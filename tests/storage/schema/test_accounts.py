"""Accounts: secrets are sealed, one-time tokens are hashed."""

from ringfence.storage.schema import accounts, label_of_column, tokens


def test_a_token_that_signs_is_sealed_and_one_that_admits_is_hashed():
    assert label_of_column(accounts.c.auth_token).storage == "sealed"
    assert label_of_column(tokens.c.hash).storage == "keyed_hash"


def test_every_account_has_keys_of_its_own():
    assert not accounts.c.seal_key.nullable
    assert not accounts.c.pepper.nullable
