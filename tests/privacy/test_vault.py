"""The vault: each use of a key is apart from every other use."""

import contextvars
import hmac

import pytest

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import VAULT_SECRETS
from ringfence.privacy.purposes import purpose
from ringfence.privacy.vault import LOOKUP_SIZE, Vault


class Keys:
    """Keys by serial; those in ``gone`` are destroyed."""

    def __init__(self):
        self.gone = set()
        self.asked = 0

    def take(self):
        return 0

    def key(self, serial):
        self.asked += 1
        if serial in self.gone:
            raise Refused("erased", "gone")
        return serial.to_bytes(4, "big") * 8


@pytest.fixture
def vault():
    return Vault(Keys(), entropy=SeededEntropy(3))


@pytest.fixture(autouse=True)
def in_force():
    with purpose("operate"):
        yield


@pytest.mark.promise("PUR-02")
def test_nothing_opens_without_a_purpose(vault):
    blob = vault.seal(1, b"value", context="here")
    wrapped = vault.wrap(1, vault.new_record_key(), context="here")

    def attempt():
        for work in (vault.open, vault.unwrap):
            with pytest.raises(Refused) as refused:
                work(1, blob if work == vault.open else wrapped, context="here")
            assert refused.value.code == "purpose_missing"
        with pytest.raises(Refused) as refused:
            vault.open_salted(1, blob, context="here", record="CA1")
        assert refused.value.code == "purpose_missing"

    contextvars.Context().run(attempt)  # where nobody has said why
    assert vault.keys.asked == 2  # to seal and to wrap, and not to open


def test_a_value_opens_under_its_own_key_and_place(vault):
    blob = vault.seal(1, b"value", context="here")
    assert vault.open(1, blob, context="here") == b"value"
    with pytest.raises(Refused):
        vault.open(2, blob, context="here")
    with pytest.raises(Refused):
        vault.open(1, blob, context="there")


def test_a_value_and_a_salt_take_one_look_at_the_key(vault):
    blob = vault.seal(1, b"value", context="here")
    expected = vault.salt(1, "CA1")
    asked = vault.keys.asked
    assert vault.open_salted(1, blob, context="here", record="CA1") == (b"value", expected)
    assert vault.keys.asked == asked + 1


def test_a_record_key_wrapped_for_two_parties_outlives_one_of_them(vault):
    record = vault.new_record_key()
    caller = vault.wrap(1, record, context="recording:RE1:0")
    agent = vault.wrap(2, record, context="recording:RE1:0")
    vault.keys.gone.add(1)
    with pytest.raises(Refused) as refused:
        vault.unwrap(1, caller, context="recording:RE1:0")
    assert refused.value.code == "erased"
    assert vault.unwrap(2, agent, context="recording:RE1:0") == record


def test_a_wrapped_key_is_not_a_sealed_value(vault):
    wrapped = vault.wrap(1, vault.new_record_key(), context="here")
    with pytest.raises(Refused):
        vault.open(1, wrapped, context="here")
    with pytest.raises(LocalError):
        vault.wrap(1, b"short", context="here")


def test_a_lookup_is_stable_short_and_apart_for_each_account(vault):
    here = vault.find(1, "+12025550123")
    assert len(here) == LOOKUP_SIZE
    assert here == vault.find(1, "+12025550123")
    assert here != vault.find(2, "+12025550123")
    assert here != vault.find(1, "+12025550124")


def test_a_lookup_is_an_hmac_under_a_secret_derived_from_the_pepper(vault):
    secret = hmac.digest(vault.keys.key(1), b"ringfence lookup v1", "sha256")
    for text in ("", "+12025550123", "x" * 200):
        assert vault.find(1, text) == hmac.digest(secret, text.encode(), "sha256")[:LOOKUP_SIZE]


def test_a_pepper_is_derived_once(vault):
    vault.find(1, "a")
    asked = vault.keys.asked
    vault.find(1, "b")
    assert vault.keys.asked == asked
    for serial in range(2, VAULT_SECRETS + 3):
        vault.find(serial, "a")
    vault.find(1, "b")
    assert vault.keys.asked > asked


def test_a_destroyed_pepper_finds_nothing_once_forgotten(vault):
    vault.find(1, "a")
    vault.keys.gone.add(1)
    vault.forget()
    with pytest.raises(Refused):
        vault.find(1, "a")


def test_salts_differ_by_record_and_by_key_and_are_no_keys(vault):
    salts = {vault.salt(1, "CA1"), vault.salt(1, "CA2"), vault.salt(2, "CA1")}
    assert len(salts) == 3
    assert not any(vault.keys.key(1) in salt for salt in salts)
