"""What every fact about a call says: when, and of which call."""

import pytest

from ringfence.calls.events import FACTS
from ringfence.calls.fact import CallFact


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_every_fact_says_first_when_and_of_which_call(kind: type[CallFact]) -> None:
    assert issubclass(kind, CallFact)
    assert kind.__struct_fields__[:2] == ("at", "call")
