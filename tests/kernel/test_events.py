import dataclasses

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.events import Event


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KettleBoiled(Event):
    litres: int


def test_a_fact_is_frozen_dated_and_named() -> None:
    fact = KettleBoiled(at=Ms(5), litres=2)
    assert fact.name() == "KettleBoiled"
    with pytest.raises(dataclasses.FrozenInstanceError):
        fact.litres = 3  # type: ignore[misc]
