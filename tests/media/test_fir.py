"""The filter by one multiplication against the sum it stands for."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from ringfence.media import fir

TAPS = st.lists(st.integers(-20_000, 20_000), min_size=1, max_size=30)
INPUT = st.lists(st.integers(-32768, 32767), min_size=30, max_size=200)


@given(TAPS, INPUT)
def test_it_is_the_sum_of_products(taps, samples) -> None:
    found = fir.Filter(taps).run(array("h", samples))
    order = len(taps) - 1
    assert list(found) == [
        sum(tap * samples[n - j] for j, tap in enumerate(taps)) for n in range(order, len(samples))
    ]


def test_many_lengths_do_not_pile_up() -> None:
    short = fir.Filter((3, -1))
    for size in range(2, 100):
        assert list(short.run(array("h", [1] * size))) == [2] * (size - 1)
    assert len(short._signs) <= 16


@given(st.lists(st.integers(-(2**40), 2**40)))
def test_clipping_saturates(values) -> None:
    assert list(fir.clipped(values)) == [max(-32768, min(32767, v)) for v in values]
