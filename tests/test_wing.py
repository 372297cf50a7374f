"""An account's part of the exchange; whole calls through it are in tests/interop."""

from types import SimpleNamespace
from typing import Any

import pytest

from ringfence.kernel.errors import RemoteError
from ringfence.wing import Wing


def wing(status: str, *, above: str = "full") -> Wing:
    made = Wing.__new__(Wing)
    house = SimpleNamespace(account=SimpleNamespace(status=above))
    made.office = SimpleNamespace(  # type: ignore[assignment]
        account=SimpleNamespace(status=status), house=house
    )
    return made


@pytest.mark.parametrize(
    ("status", "above", "frozen"),
    [
        ("full", "full", False),
        ("trial", "full", False),
        ("suspended", "full", True),
        ("closed", "full", True),
        ("full", "suspended", True),
    ],
)
def test_who_is_suspended_places_no_calls(status: str, above: str, frozen: bool) -> None:
    assert wing(status, above=above)._frozen() is frozen


def test_a_flow_that_cannot_be_read_harms_nobody() -> None:
    def refuse(name: str, document: bytes) -> None:
        raise RemoteError("no flow", hint=400)

    made = wing("full")
    made.outside = SimpleNamespace(  # type: ignore[assignment]
        applets=SimpleNamespace(learn=refuse)
    )
    flow: Any = SimpleNamespace(id="FL1", name="menu", document=b"?")
    made.learn(flow)  # nothing is raised: the others go on
