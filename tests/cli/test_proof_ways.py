"""Who goes through a proof; the calls themselves are in tests/system/test_prove_erasure.py."""

import pytest

from ringfence.cli.proof_ways import Trip, make_tracers
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import Refused


def test_people_are_made_up_apart():
    people = make_tracers(40, entropy=SeededEntropy(1))
    for what in ("id", "number", "name", "secret"):
        assert len({getattr(one, what) for one in people}) == 40
    assert all(one.number.e164.startswith("+447700900") for one in people)
    assert all(len(one.secret) == 12 and one.secret.isdigit() for one in people)


def test_a_person_is_never_printed():
    (one,) = make_tracers(1, entropy=SeededEntropy(2))
    assert one.name not in repr(one)
    assert one.number.e164 not in repr(one)


def test_everything_of_a_person_has_needles():
    (one,) = make_tracers(1, entropy=SeededEntropy(3))
    needles = one.needles()
    assert {one.number.e164.encode(), one.name.encode(), one.secret.encode()} <= needles.keys()


def test_a_refusal_is_reported_and_a_fault_is_none():
    (who,) = make_tracers(1, entropy=SeededEntropy(4))
    trip = Trip(who, None, "127.0.0.1:5060", "", "", "", "")  # type: ignore[arg-type]
    with trip.allowed("an e-mail"):
        raise Refused("mail_off", "no relay is set up")
    assert trip.unwalked == [("an e-mail", "no relay is set up")]
    with pytest.raises(Refused, match="damaged"), trip.allowed("an archive"):
        raise Refused("unreadable", "the stored value is damaged")
