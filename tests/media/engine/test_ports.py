"""The RTP port range."""

from __future__ import annotations

import pytest

from ringfence.media.engine.ports import Ports


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(10, 15, [10, 12, 14]), (11, 16, [12, 14]), (10, 14, [10, 12]), (10, 11, [10]), (11, 12, [])],
)
def test_only_even_ports_whose_odd_neighbour_is_in_the_range(
    low: int, high: int, expected: list[int]
) -> None:
    ports = Ports(low, high)
    assert ports.size == len(expected)
    assert [ports.take() for _ in expected] == expected
    assert ports.take() is None


def test_a_port_given_back_is_used_last() -> None:
    ports = Ports(10, 15)
    first = ports.take()
    assert first == 10
    ports.give_back(first)
    assert [ports.take() for _ in range(3)] == [12, 14, 10]
