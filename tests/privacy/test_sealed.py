"""Sealed values: what goes in comes out, for the right key, place and purpose only."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy.labels import CALL_FACT, PHONE_SEALED
from ringfence.privacy.purposes import purpose
from ringfence.privacy.sealed import OVERHEAD, Sealed, seal, unseal

ENTROPY = SeededEntropy(1)
KEY = bytes(range(32))


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_is_sealed_opens_again(plain, context):
    """Invariant: unseal(seal(x)) is x, and the sealed form is longer by a constant."""
    blob = seal(KEY, plain, context=context, entropy=ENTROPY)
    assert unseal(KEY, blob, context=context) == plain
    assert len(blob) == len(plain) + OVERHEAD


def test_the_same_value_never_looks_the_same_twice():
    first = seal(KEY, b"+12025550123", context="party:1", entropy=ENTROPY)
    second = seal(KEY, b"+12025550123", context="party:1", entropy=ENTROPY)
    assert first != second
    assert b"2025550123" not in first


def refuse(key, blob, context):
    with pytest.raises(Refused) as refused:
        unseal(key, blob, context=context)
    assert refused.value.code == "unreadable"


def test_another_place_another_key_or_any_changed_byte_opens_nothing():
    blob = seal(KEY, b"+12025550123", context="party:1", entropy=ENTROPY)
    refuse(KEY, blob, "party:2")
    refuse(bytes(32), blob, "party:1")
    for at in range(len(blob)):
        changed = bytearray(blob)
        changed[at] ^= 1
        refuse(KEY, bytes(changed), "party:1")
    for length in range(len(blob)):
        refuse(KEY, blob[:length], "party:1")


class OneKey:
    def open(self, serial, sealed, *, context):
        assert serial == 7
        return unseal(KEY, sealed, context=context)


@pytest.fixture
def number():
    blob = seal(KEY, b"+12025550123", context="party:1", entropy=ENTROPY)
    return Sealed(blob, serial=7, context="party:1", label=PHONE_SEALED, read=bytes.decode)


def test_a_sealed_value_opens_for_its_purpose_and_says_so(number):
    openings = []
    with purpose("connect_call"):
        value = number.open(OneKey(), lambda *what: openings.append(what))
    assert value == "+12025550123"
    assert openings == [("party:1", "user.contact.phone_number", "connect_call")]


@pytest.mark.parametrize("reason", ["operate", "deliver_content", "prevent_abuse"])
@pytest.mark.promise("PUR-01")
def test_a_sealed_value_stays_shut_for_other_purposes(number, reason):
    with purpose(reason), pytest.raises(Refused) as refused:
        number.open(OneKey(), lambda *_: pytest.fail("opened"))
    assert refused.value.code == "purpose_not_allowed"


@pytest.mark.promise("PUR-01")
def test_a_sealed_value_stays_shut_without_a_purpose(number):
    with pytest.raises(Refused) as refused:
        number.open(OneKey(), lambda *_: pytest.fail("opened"))
    assert refused.value.code == "purpose_missing"


def test_a_sealed_value_shows_and_exports_nothing(number):
    assert repr(number) == str(number) == "Sealed(user.contact.phone_number)"
    with pytest.raises(LocalError):
        pickle.dumps(number)


def test_only_what_must_be_sealed_is_wrapped():
    with pytest.raises(LocalError):
        Sealed(b"", serial=1, context="", label=CALL_FACT, read=bytes.decode)
