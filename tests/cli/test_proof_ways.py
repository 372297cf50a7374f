"""Who goes through a proof; the calls themselves are in tests/system/test_prove_erasure.py."""

from ringfence.cli.proof_ways import make_tracers
from ringfence.kernel.entropy import SeededEntropy


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
