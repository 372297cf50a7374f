import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.events import Event


class KettleBoiled(Event, frozen=True, kw_only=True):
    litres: int


def test_a_fact_is_frozen_dated_and_named() -> None:
    fact = KettleBoiled(at=Ms(5), litres=2)
    assert fact.name() == "KettleBoiled"
    with pytest.raises(AttributeError):
        fact.litres = 3  # type: ignore[misc]
