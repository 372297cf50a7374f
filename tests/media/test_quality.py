"""The E-model against its formulas in floats, and what a person would expect of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.media import quality

COUNTS = st.integers(0, 5000)


def _float_score(r) -> float:
    """ITU-T G.107 annex B, B-4."""
    return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6


@given(st.integers(6_500, 100_000))
def test_the_score_is_the_formula(rating) -> None:
    """Below R = 6.5 the formula bends under 1, where the standard says 1."""
    assert abs(quality.score(rating) - min(450, 100 * _float_score(rating / 1000))) <= 0.51


def test_known_answers() -> None:
    """ITU-T G.107 table B.1: the score of some ratings."""
    for rating, score in ((90, 434), (80, 402), (70, 360), (60, 310), (50, 258)):
        assert abs(quality.score(rating * 1000) - score) <= 1
    assert quality.score(0) == 100
    assert quality.score(100_000) == 450


def test_a_good_call() -> None:
    assert 435 <= quality.mos(expected=5000, lost=0, jitter_ms=1, rtt_ms=20, codec="PCMU") <= 441


def test_two_percent_loss_costs_what_g113_says() -> None:
    """Ie,eff = 95 * 2 / (2 + 25.1) = 7.01."""
    clean = quality.rating(expected=1000, lost=0, codec="PCMA")
    lossy = quality.rating(expected=1000, lost=20, codec="PCMA")
    assert abs(clean - lossy - 7_011) <= 1


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722", "opus"])
def test_worse_is_never_better(codec) -> None:
    for name in ("lost", "late", "jitter_ms", "rtt_ms"):
        scores = [
            quality.mos(expected=1000, codec=codec, **({"lost": 0} | {name: value}))
            for value in range(0, 1000, 20)
        ]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > scores[-1]


def test_nothing_expected_says_nothing() -> None:
    assert quality.mos(expected=0, lost=0, codec="PCMU") == 0


@given(COUNTS, st.integers(-9, 9999), COUNTS, COUNTS, st.integers(-1, 100_000))
def test_any_counts_give_a_score(expected, lost, late, jitter, rtt) -> None:
    """0 where nothing was expected, else 100 to 450."""
    found = quality.mos(
        expected=expected, lost=lost, late=late, jitter_ms=jitter, rtt_ms=rtt, codec="G722"
    )
    assert found == 0 if expected == 0 else 100 <= found <= 450
