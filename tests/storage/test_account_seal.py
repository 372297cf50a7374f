"""Sealing under the account's key: bound to the place, opened with a label."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.labels import CREDENTIAL
from ringfence.privacy.purposes import purpose
from ringfence.storage.account_seal import AccountSeal


@pytest.fixture
def seal(store, account):
    return AccountSeal(account, store.vault, store.openings)


def test_a_text_opens_at_its_place_only(seal):
    sealed = seal.seal_text("menu", "flow:1")
    with purpose("operate"):
        assert seal.open_text(sealed, "flow:1") == "menu"
        with pytest.raises(Refused):
            seal.open_text(sealed, "flow:2")


def test_the_label_decides_the_purpose(seal):
    sealed = seal.seal(b"secret", "trunk:1:password")
    with purpose("operate"), pytest.raises(Refused):
        seal.open(sealed, "trunk:1:password", CREDENTIAL)
    with purpose("authenticate"):
        assert seal.open(sealed, "trunk:1:password", CREDENTIAL) == b"secret"


def test_nothing_stays_nothing(seal):
    assert seal.seal_text(None, "x") is None
    assert seal.open_text(None, "x") is None


def test_a_lookup_is_the_accounts_own(seal, store):
    assert seal.find("+12025550123") == store.vault.find(seal.account.pepper, "+12025550123")
