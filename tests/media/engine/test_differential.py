"""Invariant: whatever arrives and whatever is asked, both cores give the same bytes."""

from __future__ import annotations

import ctypes

import pytest
from media_schedules import Schedule, play

from ringfence.media.engine import protocol as p
from ringfence.media.engine.native import NativeCore
from ringfence.media.engine.reference import ReferenceCore


@pytest.mark.parametrize(
    ("seed", "ticks", "legs", "storm"),
    [
        *[(seed, 700, 4, 0.05) for seed in range(6)],
        *[(seed, 250, 6, 0.6) for seed in range(100, 103)],
        (200, 1500, 2, 0.01),
    ],
)
def test_same_bytes(library: ctypes.CDLL, seed: int, ticks: int, legs: int, storm: float) -> None:
    steps = Schedule(seed, ticks=ticks, legs=legs, storm=storm).steps
    native = NativeCore(library)
    try:
        theirs = play(native, steps)
    finally:
        native.close()
    ours = play(ReferenceCore(), steps)
    for mine, other in zip(ours, theirs, strict=False):
        assert mine == other, f"step {mine[0]}: {steps[mine[0]]}"
    assert len(ours) == len(theirs)


def test_the_schedules_reach_every_kind_of_notice() -> None:
    seen: set[str] = set()
    for seed in range(4):
        for step in play(ReferenceCore(), Schedule(seed, ticks=500, storm=0.2).steps):
            seen |= {type(notice).__name__ for notice in step[4]}
    expected = {
        p.LegFailed, p.LegClosed, p.LegReport, p.RtpStarted, p.PlayFinished, p.DtmfReceived,
        p.DtmfSent, p.RecordingStarted, p.RecordingFailed, p.CommandRefused,
    }  # fmt: skip
    assert {kind.__name__ for kind in expected} | {"RecordingEnded"} <= seen
