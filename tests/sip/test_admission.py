"""The guard's three verdicts are values: equal, frozen, and told apart."""

import pytest

from ringfence.sip.admission import Challenge, Drop, Trusted


def test_verdicts_are_values():
    assert Trusted("t") == Trusted("t")
    assert Trusted("t") != Trusted("u")
    assert Challenge() == Challenge()
    assert Drop() == Drop()
    assert len({Trusted("t"), Challenge(), Drop()}) == 3


def test_verdicts_are_frozen():
    with pytest.raises(AttributeError):
        Trusted("t").source = "u"
