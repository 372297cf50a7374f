from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy, SeededEntropy, SystemEntropy
from ringfence.kernel.limits import ID_BLUR_MS


@given(st.sampled_from(sorted(ids.PREFIX)), st.integers(0, 2**48 - 1))
def test_an_id_says_its_kind_and_its_millisecond(kind: str, now: int) -> None:
    made = ids.make(kind, Ms(now), SeededEntropy(1))
    assert ids.is_id(made, kind)
    assert ids.created(made) == now


def test_ids_sort_by_time() -> None:
    entropy = SeededEntropy(2)
    made = [ids.make("call", Ms(now), entropy) for now in (1, 2, 300, 70_000)]
    assert made == sorted(made)


@pytest.mark.parametrize("entropy", [SeededEntropy(3), SystemEntropy()])
def test_what_is_made_within_a_millisecond_keeps_its_order(entropy: Entropy) -> None:
    made = [ids.make("notification", Ms(7), entropy) for _ in range(500)]
    # A turn may begin again once; nothing else breaks the order.
    assert sum(later < earlier for earlier, later in pairwise(made)) <= 1
    assert len(set(made)) == len(made)


def test_prefixes_are_two_letters_and_unique() -> None:
    assert all(len(prefix) == 2 and prefix.isupper() for prefix in ids.PREFIX.values())
    assert len(set(ids.PREFIX.values())) == len(ids.PREFIX)


def test_other_shapes_are_no_ids() -> None:
    assert not ids.is_id("CA123", "call")
    assert not ids.is_id("CA" + "G" * 32, "call")
    assert not ids.is_id("RE" + "0" * 32, "call")


@given(st.integers(0, 2**48 - 1))
def test_a_blurred_id_tells_a_month_alone(now: int) -> None:
    entropy = SeededEntropy(4)
    one, other = (ids.make_blurred("party", Ms(now), entropy) for _ in range(2))
    assert ids.is_id(one, "party")
    assert one != other
    assert one[:14] == other[:14]
    assert 0 <= now - ids.created(one) < ID_BLUR_MS
    assert ids.created(one) % ID_BLUR_MS == 0
