"""Invariant: of a hundred planted leaks at least ninety-nine are found, whatever the seed."""

from random import Random

import pytest

from ringfence.kernel.phone import Phone
from ringfence.privacy.tracers.search import Search
from ringfence.privacy.tracers.spellings import number_needles, word_needles
from ringfence.testing.leaks import NUMBERS_ONLY, WAYS, planted

PEOPLE = [
    ("p1", "+12025550123"),
    ("p2", "Zqvextorlan"),
    ("p3", "+447700900123"),
    ("p4", "740961835207"),
]
SEARCH = Search({
    who: number_needles(Phone(value)) if value.startswith("+") else word_needles(value)
    for who, value in PEOPLE
})  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_planted_leaks_are_found(seed):
    missed = [
        leak.way
        for leak in planted(PEOPLE, count=100, seed=seed)
        if leak.subject not in {hit.subject for hit in SEARCH.find(leak.data)}
    ]
    assert len(missed) <= 1, missed


@pytest.mark.parametrize("way", sorted(WAYS))
def test_each_way_is_found(way):
    assert SEARCH.find(WAYS[way]("+12025550123", Random(3)))


def test_the_same_seed_plants_the_same():
    first, second = ([leak.name for leak in planted(PEOPLE, count=60, seed=9)] for _ in range(2))
    assert first == second
    assert WAYS["csv"]("x", Random(4)) == WAYS["csv"]("x", Random(4))


def test_each_way_has_its_turn_and_numbers_get_theirs():
    leaks = list(planted(PEOPLE, count=len(WAYS), seed=1))
    assert {leak.way for leak in leaks} == set(WAYS)
    assert set(WAYS) > NUMBERS_ONLY
    assert all(leak.subject in {"p1", "p3"} for leak in leaks if leak.way in NUMBERS_ONLY)


def test_without_a_leak_nothing_is_found():
    other = Search({"p9": number_needles(Phone("+12025550177"))}, tone=False)
    assert not [leak.way for leak in planted(PEOPLE, count=100, seed=2) if other.find(leak.data)]
